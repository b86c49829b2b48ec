/* Keeps an open page up to date: it asks for a small state now and then, and reads itself again when something has happened.
   A plan is never changed under the eyes of who reads it, and a half-typed reason is never lost: then it says so and waits. */
"use strict";

(() => {
  const EVERY = 3000;
  // What is replaced while somebody reads an older plan; the headline of the plan too while it is the newest, whatever she types.
  const BESIDE_AN_OLD_PLAN = ["head", "approvals", "history", "result"];
  const BESIDE_THE_DECISION = [...BESIDE_AN_OLD_PLAN, "change"];
  const page = document.getElementById("request-page");
  if (!page) return;
  let moves = page.hasAttribute("data-moves");

  const reason = () => page.querySelector("textarea[data-keep]");
  const ids = (root) => (root.querySelector("[data-ids]")?.dataset.ids ?? "").trim().split(/\s+/).filter(Boolean).join(" ");

  const keep = () => {
    const typed = reason();
    if (typed) typed.value ? sessionStorage.setItem(typed.dataset.keep, typed.value) : sessionStorage.removeItem(typed.dataset.keep);
  };
  const restore = () => {
    const typed = reason();
    if (typed && !typed.value) typed.value = sessionStorage.getItem(typed.dataset.keep) ?? "";
  };

  const tell = (text) => {
    const notice = document.getElementById("notice");
    notice.querySelector("p").textContent = text;
    notice.hidden = false;
    page.querySelectorAll("#decide button").forEach((button) => { button.disabled = true; });
  };

  const replace = (fresh, names) => {
    for (const part of page.querySelectorAll("[data-live]")) {
      const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      if (other && (!names || names.includes(part.dataset.live))) part.replaceWith(document.importNode(other, true));
    }
  };

  const show = async () => {
    const answer = await fetch(page.dataset.page, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) { moves = false; return; }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("request-page");
    if (!fresh) { moves = false; return; }
    moves = fresh.hasAttribute("data-moves");
    if (fresh.dataset.digest !== page.dataset.digest && page.dataset.digest) {
      replace(fresh, BESIDE_AN_OLD_PLAN);
      tell("There is a new plan. Read it before you decide.");
      moves = false;
    } else if (fresh.dataset.digest !== page.dataset.digest) {
      location.assign(page.dataset.page);
    } else if (reason()?.value && !fresh.querySelector("textarea[data-keep]")) {
      replace(fresh, BESIDE_THE_DECISION);
      tell("This can no longer be decided by you. Your reason is still there.");
    } else {
      replace(fresh, reason()?.value ? BESIDE_THE_DECISION : null);
    }
    page.dataset.seq = fresh.dataset.seq ?? "";
  };

  const look = async () => {
    if (!moves) return;
    if (!document.hidden) {
      try {
        const answer = await fetch(page.dataset.state, { headers: { Accept: "application/json" } });
        if (answer.redirected || answer.status === 404) { moves = false; return; }
        const state = await answer.json();
        const changed = state.ids ? state.ids.join(" ") !== ids(page) : String(state.seq) !== page.dataset.seq;
        if (changed) await show();
      } catch (error) {
        console.info("not reached, trying again:", error.message);
      }
    }
    setTimeout(look, EVERY);
  };

  // A refused decision is answered where it was posted: reading the page again must not post it again.
  history.replaceState(null, "", page.dataset.page);
  page.addEventListener("input", keep);
  page.addEventListener("submit", () => { const typed = reason(); if (typed) sessionStorage.removeItem(typed.dataset.keep); });
  document.getElementById("notice")?.querySelector("button").addEventListener("click", () => location.assign(page.dataset.page));
  restore();
  setTimeout(look, EVERY);
})();
