// Dialogs: "are you sure?" and the modals of the app.

import { block, fieldOf, filledIn } from "./blocks.js";
import { ask, byId } from "./dom.js";
import { text } from "./mrkdwn.js";

export function confirmed(confirm, names) {
  const dialog = byId("confirm");
  byId("confirm-title").replaceChildren(...text(confirm.title, names));
  byId("confirm-text").replaceChildren(...text(confirm.text, names));
  byId("confirm-no").replaceChildren(...text(confirm.deny, names));
  byId("confirm-yes").replaceChildren(...text(confirm.confirm, names));
  byId("confirm-yes").className = confirm.style ?? "primary";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

let shown = null;

export function show(view, context) {
  const dialog = byId("modal");
  if (view === null) {
    shown = null;
    return dialog.open ? dialog.close() : undefined;
  }
  if (shown?.id === view.id && shown?.hash === view.hash) return undefined;
  const before = shown?.id === view.id ? filledIn(byId("modal-form")) : {};
  shown = view;
  fill(view, context, before);
  if (!dialog.open) dialog.showModal();
  return undefined;
}

export function listen(actingAs, refresh) {
  byId("modal-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit(actingAs()).then(refresh);
  });
  const close = () => ask("sandbox/close", { user: actingAs(), view_id: shown.id, values: filledIn(byId("modal-form")) }).then(refresh);
  byId("modal-close").addEventListener("click", close);
  byId("modal-cross").addEventListener("click", close);
  byId("modal").addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
}

function fill(view, context, before) {
  byId("modal").dataset.viewId = view.id;
  byId("modal").dataset.callbackId = view.callback_id;
  byId("modal-title").replaceChildren(...text(view.title, context.names));
  const blocks = view.blocks.map((part) => block(part, context));
  byId("modal-body").replaceChildren(...blocks);
  for (const node of blocks) {
    const earlier = before[node.dataset.blockId];
    if (earlier !== undefined && fieldOf(node)) fieldOf(node).value = earlier;
  }
  byId("modal-trouble").hidden = true;
  byId("modal-submit").hidden = !view.submit;
  byId("modal-submit").textContent = view.submit?.text ?? "";
  byId("modal-close").textContent = view.close?.text ?? "Cancel";
}

async function submit(user) {
  const button = byId("modal-submit");
  button.disabled = true;
  try {
    const reply = await ask("sandbox/submit", { user, view_id: shown.id, values: filledIn(byId("modal-form")) });
    mark(reply.errors ?? {});
    trouble(reply.trouble ? `We had trouble reaching the app: ${reply.trouble}. Try again?` : "");
  } catch (error) {
    trouble(error.message);
  } finally {
    button.disabled = false;
  }
}

export function trouble(message) {
  byId("modal-trouble").textContent = message;
  byId("modal-trouble").hidden = !message;
}

function mark(errors) {
  for (const node of byId("modal-body").querySelectorAll(".block.input")) {
    const line = node.querySelector(".trouble");
    line.textContent = errors[node.dataset.blockId] ?? "";
    line.hidden = !line.textContent;
    fieldOf(node).setAttribute("aria-invalid", String(!line.hidden));
  }
}
