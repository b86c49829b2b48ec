// Slack's mrkdwn: *bold*, _italic_, ~struck~, `code`, ``` blocks, > quotes, <links|text>, <@mentions>, :emoji:, and &amp; &lt; &gt;.

import { h } from "./dom.js";

const EMOJI = {
  heavy_check_mark: "✔️", no_entry: "⛔", no_entry_sign: "🚫", warning: "⚠️", lock: "🔒", unlock: "🔓",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", rocket: "🚀", eyes: "👀", mag: "🔍", shield: "🛡️", tada: "🎉", link: "🔗", clock1: "🕐",
  information_source: "ℹ️", arrows_counterclockwise: "🔄", large_green_circle: "🟢", large_yellow_circle: "🟡", red_circle: "🔴",
  large_blue_circle: "🔵", bell: "🔔", memo: "📝", gear: "⚙️", package: "📦", bust_in_silhouette: "👤", busts_in_silhouette: "👥", bulb: "💡",
  rotating_light: "🚨", calendar: "📅", stopwatch: "⏱️", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎", wave: "👋",
};

// Drawn, because these two matter most and not every machine has a font with emoji.
const DRAWN = { white_check_mark: ["done", "✔"], x: ["failed", "✖"] };

const INLINE = new RegExp(
  [
    "`(?<code>[^`\\n]+)`",
    "<(?<link>[^<>\\n]+)>",
    "(?<![\\w*])\\*(?<bold>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])",
    "(?<![\\w_])_(?<italic>[^\\s_](?:[^\\n]*?[^\\s_])?)_(?![\\w_])",
    "(?<![\\w~])~(?<struck>[^\\s~](?:[^~\\n]*[^\\s~])?)~(?![\\w~])",
    ":(?<named>[a-z0-9_+-]+):",
  ].join("|"),
  "g",
);

const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

function emoji(name) {
  if (name in DRAWN) return h("span", { class: `emoji ${DRAWN[name][0]}`, role: "img", "aria-label": name }, DRAWN[name][1]);
  return EMOJI[name] ?? `:${name}:`;
}

// `names` has name(id) for people and channels.
export function mrkdwn(text, names) {
  return text.split(/```\n?([\s\S]*?)\n?```/).flatMap((part, number) => {
    if (number % 2) return part ? [h("pre", {}, plain(part))] : [];
    return part ? quoted(part.replace(/^\n|\n$/g, number ? "" : "$&"), names) : [];
  });
}

export function text(object, names) {
  if (object.type === "mrkdwn") return mrkdwn(object.text, names);
  return lines(object.text, (line) => line.split(/:([a-z0-9_+-]+):/).map((part, number) => (number % 2 ? emoji(part) : plain(part))));
}

function quoted(part, names) {
  const nodes = [];
  for (const stretch of part.split(/((?:^(?:&gt;|>)[^\n]*(?:\n|$))+)/m)) {
    if (/^(&gt;|>)/.test(stretch)) {
      const inner = stretch.replace(/\n$/, "").replace(/^(&gt;|>) ?/gm, "");
      nodes.push(h("blockquote", {}, lines(inner, (line) => inline(line, names))));
    } else if (stretch) nodes.push(...lines(stretch, (line) => inline(line, names)));
  }
  return nodes;
}

function lines(part, render) {
  return part.split("\n").flatMap((line, number) => (number ? [h("br"), ...render(line)] : render(line)));
}

function inline(part, names) {
  const nodes = [];
  let from = 0;
  for (const match of part.matchAll(INLINE)) {
    nodes.push(plain(part.slice(from, match.index)), styled(match, names));
    from = match.index + match[0].length;
  }
  return [...nodes, plain(part.slice(from))];
}

function styled(match, names) {
  const { code, link, bold, italic, struck, named } = match.groups;
  if (code !== undefined) return h("code", {}, plain(code));
  if (link !== undefined) return linked(link, names);
  if (bold !== undefined) return h("strong", {}, inline(bold, names));
  if (italic !== undefined) return h("em", {}, inline(italic, names));
  if (struck !== undefined) return h("s", {}, inline(struck, names));
  return emoji(named);
}

function linked(inside, names) {
  const [target, label] = inside.split("|", 2);
  if (target.startsWith("@")) return h("span", { class: "mention" }, `@${names.name(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("#")) return h("span", { class: "mention" }, `#${names.name(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("!date")) return dated(target, label);
  if (target.startsWith("!")) return h("span", { class: "mention loud" }, `@${target.slice(1)}`);
  if (!/^(https?:|mailto:)/.test(target)) return plain(`<${inside}>`);
  return h("a", { href: plain(target), target: "_blank", rel: "noopener noreferrer" }, plain(label ?? target));
}

function dated(target, fallback) {
  const [, seconds, format] = target.split("^");
  const at = new Date(Number(seconds) * 1000);
  if (Number.isNaN(at.getTime())) return fallback ?? target;
  const day = at.toLocaleDateString("en", { month: "short", day: "numeric", year: "numeric" });
  const clock = at.toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });
  return format.replace(/\{date[a-z_]*\}/g, day).replace(/\{time[a-z_]*\}/g, clock);
}
