// The page: who I am, where I am, what is there. The state comes from the server, which answers when there is news.

import { attachment, block, filledIn } from "./blocks.js";
import { ask, byId, h } from "./dom.js";
import * as modal from "./modal.js";
import { mrkdwn } from "./mrkdwn.js";

const people = await (await fetch("sandbox/people")).json();
const users = new Map(people.users.map((user) => [user.id, user]));
const here = { user: "", channel: "", version: "", channels: new Map() };
const names = { name: (id) => users.get(id)?.real_name ?? here.channels.get(id)?.name };
const drawn = new Map();
let waiting = new AbortController();

function start() {
  byId("team").textContent = people.team;
  const humans = people.users.filter((user) => !user.is_bot);
  byId("acting-as").append(...humans.map((user) => h("option", { value: user.id }, described(user))));
  const wished = new URLSearchParams(location.search).get("as");
  here.user = (humans.find((user) => user.name === wished || user.id === wished) ?? humans[0]).id;
  byId("acting-as").value = here.user;
  here.channel = location.hash.slice(1);
  byId("acting-as").addEventListener("change", (event) => become(event.target.value));
  byId("composer").addEventListener("submit", say);
  modal.listen(() => here.user, hurry);
  follow();
}

function described(user) {
  const where = user.team_id === people.team ? "" : ` · ${user.team_id}`;
  return `${user.real_name}${user.is_restricted ? " · guest" : ""}${where}`;
}

function become(user) {
  here.user = user;
  history.replaceState(null, "", `?as=${users.get(user).name}#${here.channel}`);
  if (here.channels.get(here.channel)?.is_im) here.channel = "";
  go(here.channel);
}

function go(channel) {
  here.channel = channel;
  history.replaceState(null, "", `${location.search}#${channel}`);
  drawn.clear();
  byId("messages").replaceChildren();
  hurry();
}

function hurry() {
  here.version = "";
  waiting.abort();
}

async function follow() {
  for (;;) {
    waiting = new AbortController();
    const { user, channel, version } = here;
    const query = new URLSearchParams({ user, channel, since: version });
    try {
      const answer = await fetch(`sandbox/state?${query}`, { signal: waiting.signal });
      const state = await answer.json();
      if (user === here.user && channel === here.channel) draw(state);
      document.body.classList.remove("away");
    } catch (error) {
      if (error.name === "AbortError") continue;
      document.body.classList.add("away");
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

function draw(state) {
  here.version = state.version;
  here.channels = new Map(state.channels.map((channel) => [channel.id, channel]));
  if (!here.channels.has(here.channel)) return go(state.channels[0].id);
  drawSidebar(state.channels);
  drawMessages(state.messages);
  modal.show(state.view, { names, press: pressInModal });
  return undefined;
}

function drawSidebar(channels) {
  localStorage.setItem(seenKey(here.channel), here.channels.get(here.channel).latest);
  byId("channels").replaceChildren(...channels.filter((channel) => !channel.is_im).map(channelLink));
  const directs = channels.filter((channel) => channel.is_im).map(channelLink);
  byId("directs").replaceChildren(...(directs.length ? directs : [h("li", { class: "none" }, "none yet")]));
  const channel = here.channels.get(here.channel);
  byId("channel-name").textContent = label(channel);
  byId("channel-name").dataset.archived = channel.is_archived;
  byId("say").placeholder = `Message ${label(channel)} as ${names.name(here.user)}`;
  document.title = `${label(channel)} · Sandbox Slack`;
}

const seenKey = (channel) => `seen:${here.user}:${channel}`;
const label = (channel) => (channel.is_im ? users.get(people.bot).real_name : `# ${channel.name}`);

function channelLink(channel) {
  const unread = channel.latest > (localStorage.getItem(seenKey(channel.id)) ?? "");
  const properties = { class: unread ? "unread" : "", data: { channelId: channel.id }, onclick: () => go(channel.id) };
  return h("li", {}, h("button", { ...properties, "aria-current": channel.id === here.channel && "page" }, label(channel)));
}

function drawMessages(messages) {
  const list = byId("messages");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const order = [...messages].sort((one, other) => (threadOf(one) + one.ts < threadOf(other) + other.ts ? -1 : 1));
  let day = "";
  const nodes = order.flatMap((message) => {
    const today = dayOf(message);
    const divider = today === day ? [] : [h("div", { class: "day" }, today)];
    day = today;
    return [...divider, kept(message)];
  });
  if (!nodes.length) nodes.push(h("p", { class: "none" }, "No messages here yet."));
  const changed = nodes.length !== list.children.length || nodes.some((node, number) => node !== list.children[number] && node.className !== "day");
  if (changed) list.replaceChildren(...nodes);
  if (changed && atEnd) list.scrollTop = list.scrollHeight;
}

const threadOf = (message) => message.thread_ts ?? message.ts;
const dateOf = (message) => new Date(Number(message.ts) * 1000);
const dayOf = (message) => dateOf(message).toLocaleDateString("en", { weekday: "long", month: "long", day: "numeric" });
const clockOf = (message) => dateOf(message).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });

// A message that did not change keeps its element, so that what is being clicked stays.
function kept(message) {
  const text = JSON.stringify(message);
  if (drawn.get(message.ts)?.text !== text) drawn.set(message.ts, { text, node: drawMessage(message) });
  return drawn.get(message.ts).node;
}

function drawMessage(message) {
  const author = users.get(message.user);
  const context = { names, press: (part, owner, node) => pressOnMessage(message, part, owner, node) };
  const reply = message.thread_ts && message.thread_ts !== message.ts;
  const edited = message.edited ? h("small", { class: "edited" }, " (edited)") : null;
  const body = message.blocks.length ? message.blocks.map((part) => block(part, context)) : [h("div", { class: "text" }, mrkdwn(message.text, names), edited)];
  return h(
    "article",
    { class: ["message", reply && "reply", message.ephemeral_to && "ephemeral"].filter(Boolean).join(" "), data: { ts: message.ts } },
    avatar(author),
    h(
      "div",
      {},
      message.ephemeral_to ? h("p", { class: "only-you" }, "Only visible to you") : null,
      h("p", { class: "by" }, h("strong", {}, author.real_name), author.is_bot ? h("span", { class: "badge" }, "APP") : null, h("time", { datetime: dateOf(message).toISOString() }, clockOf(message))),
      body,
      (message.attachments ?? []).map((part) => attachment(part, context)),
      h("p", { class: "trouble", role: "alert", hidden: true }),
    ),
  );
}

function avatar(user) {
  if (user.is_bot) return h("span", { class: "avatar app", "aria-hidden": "true" });
  const hue = [...user.id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  const node = h("span", { class: "avatar", "aria-hidden": "true" }, user.real_name[0]);
  node.style.backgroundColor = `hsl(${hue} 42% 42%)`;
  return node;
}

async function pressOnMessage(message, part, owner, node) {
  const place = { channel: here.channel, ts: message.ts };
  const line = node.closest("article").querySelector(":scope > div > .trouble");
  await press(place, part, node, (text) => {
    line.textContent = text ? `⚠ ${text}` : "";
    line.hidden = !text;
  });
}

async function pressInModal(part, owner, node) {
  const form = byId("modal-form");
  await press({ view_id: byId("modal").dataset.viewId, values: filledIn(form) }, part, node, modal.trouble);
}

async function press(place, part, node, complain) {
  if (part.confirm && !(await modal.confirmed(part.confirm, names))) return;
  if (part.url) window.open(part.url, "_blank", "noopener");
  const value = part.type === "button" ? part.value : node.value;
  node.setAttribute("aria-busy", "true");
  node.disabled = true;
  try {
    const reply = await ask("sandbox/click", { user: here.user, action_id: part.action_id, value, ...place });
    const fine = reply.status >= 200 && reply.status < 300;
    complain(fine ? "" : `The app did not take this click: ${reply.error ?? `it answered ${reply.status}`} (${reply.seconds.toFixed(2)} s)`);
  } catch (error) {
    complain(error.message);
  } finally {
    node.removeAttribute("aria-busy");
    node.disabled = false;
  }
}

async function say(event) {
  event.preventDefault();
  const field = byId("say");
  if (!field.value.trim()) return;
  await ask("sandbox/say", { user: here.user, channel: here.channel, text: field.value });
  field.value = "";
  hurry();
}

start();
