// Formats times and durations.
import { serverNow } from "./api.js";
import { element } from "./dom.js";

const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const SHORT = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const SHORT_WITH_YEAR = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const AGO = new Intl.RelativeTimeFormat(undefined, { numeric: "always", style: "short" });
const UNITS = [["hour", 3_600_000], ["minute", 60_000], ["second", 1_000]]; // in ms
const ONE_DAY = 86_400_000; // ms
const REFRESH = 10_000; // ms between two updates of the times
const SIZES = ["bytes", "KiB", "MiB", "GiB", "TiB"];
const GROUPED = new Intl.NumberFormat("en");

let timer = null; // started with the first time that changes

/** Returns a time element: local time, with exact UTC as tooltip and in datetime. */
export function timeElement(iso) {
  return element("time", { dateTime: iso, title: utc(iso) }, LOCAL.format(new Date(iso)));
}

/**
 * Returns the same for lists: "3 min ago" within a day, with the local time as tooltip, else the
 * local time, with a short form for narrow columns; CSS selects the visible one.
 */
export function listTimeElement(iso) {
  const time = timeElement(iso);
  time.title = `${time.textContent}\n${time.title}`;
  time.classList.add("of-list");
  showListTime(time);
  return time;
}

function showListTime(time) {
  const ago = timeAgo(time.dateTime);
  if (ago !== null) {
    timer ??= setInterval(showListTimes, REFRESH);
  }
  const long = ago ?? LOCAL.format(new Date(time.dateTime));
  if (time.firstElementChild?.textContent === long) {
    return;
  }
  time.replaceChildren(
    element("span", { className: "long" }, long),
    element("span", { className: "short" }, ago ?? shortTime(time.dateTime)),
  );
}

/** Returns null if the time is not within the last 24 hours, by the server's clock. */
function timeAgo(iso) {
  const age = serverNow() - Date.parse(iso);
  if (age < -ONE_DAY || age >= ONE_DAY) {
    return null;
  }
  const unit = UNITS.find(([, length]) => age >= length);
  return unit === undefined ? "just now" : AGO.format(-Math.floor(age / unit[1]), unit[0]);
}

function showListTimes() {
  document.querySelectorAll("time.of-list").forEach(showListTime);
}

/** 28 Nov, 16:46 */
export function shortTime(iso) {
  const at = new Date(iso);
  return (at.getFullYear() === new Date().getFullYear() ? SHORT : SHORT_WITH_YEAR).format(at);
}

/** 60 001 */
export function grouped(number) {
  return GROUPED.format(number).replaceAll(",", "\u202f");
}

/** 2e-5, 0.001, 2048: as short as numbers are written in configurations. */
export function scientific(number) {
  return Math.abs(number) < 1e-3 && number !== 0 ? number.toExponential() : String(number);
}

/** Returns all six digits, which a Date does not store. */
export function utc(iso) {
  return iso.replace("T", " ").replace("Z", " UTC");
}

/** 12 ms, 5.6 s, 3 min 5 s, 2 h 3 min; at most three significant digits. */
export function duration(seconds) {
  if (seconds < 0.9995) {
    return `${Number((seconds * 1000).toPrecision(3))} ms`;
  }
  if (seconds < 59.95) {
    return `${Number(seconds.toPrecision(3))} s`;
  }
  const whole = Math.round(seconds);
  return whole < 3600
    ? both(Math.floor(whole / 60), "min", whole % 60, "s")
    : both(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "min");
}

function both(large, unit, small, smallUnit) {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

/** 999 bytes, 1.21 KiB, 12 MiB; at most three significant digits. */
export function size(bytes) {
  if (bytes < 1024) {
    return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  }
  const exponent = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  const number = bytes / 1024 ** exponent;
  return `${number < 1000 ? Number(number.toPrecision(3)) : Math.round(number)} ${SIZES[exponent]}`;
}

/** Replaces control characters by Unicode control pictures, so that they are visible. */
export function visible(text) {
  return text.replace(/\r\n/g, "\n").replace(/[\0-\x08\x0b-\x1f\x7f]/g, (c) =>
    String.fromCharCode(c === "\x7f" ? 0x2421 : 0x2400 + c.charCodeAt(0)),
  );
}
