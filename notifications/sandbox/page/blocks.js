// Block Kit to elements. `context` has names, and press(element, block, node) for buttons and selects.

import { h } from "./dom.js";
import { mrkdwn, text } from "./mrkdwn.js";

const BLOCKS = {
  header: (block, { names }) => h("h3", {}, text(block.text, names)),
  divider: () => h("hr"),
  section: (block, context) =>
    h(
      "div",
      {},
      h(
        "div",
        { class: "said" },
        block.text ? h("div", { class: "text" }, text(block.text, context.names)) : null,
        block.fields ? h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "text" }, text(field, context.names)))) : null,
      ),
      block.accessory ? element(block.accessory, block, context) : null,
    ),
  context: (block, { names }) => h("div", {}, block.elements.map((part) => h("span", { class: "text" }, text(part, names)))),
  actions: (block, context) => h("div", {}, block.elements.map((part) => element(part, block, context))),
  input: (block, { names }) => {
    const field = entry(block.element);
    field.id = `${block.block_id}-${block.element.action_id}`;
    return h(
      "div",
      {},
      h("label", { for: field.id }, text(block.label, names), block.optional ? h("small", {}, " (optional)") : null),
      field,
      block.hint ? h("p", { class: "hint" }, text(block.hint, names)) : null,
      h("p", { class: "trouble", role: "alert", hidden: true }),
    );
  },
};

export function block(part, context) {
  const node = BLOCKS[part.type](part, context);
  node.classList.add("block", part.type);
  node.dataset.blockId = part.block_id;
  return node;
}

export function attachment(part, context) {
  const node = h(
    "div",
    { class: "attachment" },
    part.pretext ? h("div", { class: "text" }, mrkdwn(part.pretext, context.names)) : null,
    part.title ? h("strong", {}, part.title_link ? mrkdwn(`<${part.title_link}|${part.title}>`, context.names) : part.title) : null,
    part.text ? h("div", { class: "text" }, mrkdwn(part.text, context.names)) : null,
    (part.blocks ?? []).map((inner) => block(inner, context)),
    part.footer ? h("div", { class: "block context" }, part.footer) : null,
  );
  const named = { good: "#2b8a57", warning: "#d99a1f", danger: "#c5304a" };
  const colour = named[part.color] ?? part.color;
  if (colour) node.style.borderLeftColor = colour;
  return node;
}

// What is filled in, by block id.
export function filledIn(form) {
  return Object.fromEntries([...form.querySelectorAll(".block.input")].map((node) => [node.dataset.blockId, fieldOf(node).value]));
}

export const fieldOf = (node) => node.querySelector("input, textarea, select");

function element(part, owner, context) {
  const node = part.type === "button" ? button(part, context) : select(part);
  node.dataset.actionId = part.action_id;
  const event = part.type === "button" ? "click" : "change";
  node.addEventListener(event, () => context.press(part, owner, node));
  return node;
}

function button(part, { names }) {
  const kind = part.style ?? "plain";
  return h("button", { type: "button", class: kind, "aria-label": part.accessibility_label, data: { value: part.value ?? "" } }, text(part.text, names));
}

function select(part) {
  const empty = h("option", { value: "" }, part.placeholder?.text ?? "Choose…");
  return h("select", {}, empty, part.options.map((option) => h("option", { value: option.value, selected: option.value === part.initial_option?.value }, option.text.text)));
}

function entry(part) {
  const properties = { name: part.action_id, placeholder: part.placeholder?.text, maxlength: part.max_length, autofocus: part.focus_on_load };
  const field = part.type === "static_select" ? select(part) : h(part.multiline ? "textarea" : "input", properties);
  if (part.initial_value) field.value = part.initial_value;
  field.dataset.actionId = part.action_id;
  return field;
}
