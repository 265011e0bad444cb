// The numbers of runs by day and status; a day and a status filter the list.
import { daysBetween, midnight, plusDays } from "./days.js";
import { $, element, svg } from "./dom.js";
import { grouped } from "./format.js";
import { STATUSES, icon } from "./status.js";

const HEIGHT = 132;
const TOP = 18; // space for the label of the highest number
const BASE = 108;
const NARROWEST = 9; // px of a bar with its gap
const WIDEST = 48;
const LABEL = 64; // px of a date with its gap
const LENGTHS = [1, 7, 28, 91, 364]; // days of a bar
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const SHORT = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** `onFilter` is called with the days or the status that the user has chosen. Returns {show}. */
export function startHistogram({ onFilter }) {
  const figure = $("#histogram");
  const chart = $(".chart", figure);
  let numbers = null;
  let state = {};
  let current = Infinity; // the bar that the keyboard reaches, at first the last one

  function show(loaded, filters) {
    numbers = loaded;
    state = filters;
    current = Infinity;
    figure.hidden = numbers === null || numbers.count === 0;
    if (!figure.hidden) {
      showCounts();
      draw();
    }
  }

  function showCounts() {
    const counts = STATUSES.map((status) => [status, sum(numbers.days, status)]);
    $(".counts", figure).replaceChildren(
      ...counts.filter(([, number]) => number > 0).map(([status, number]) => statusButton(status, number)),
    );
    $("figcaption", figure).textContent = caption();
  }

  function statusButton(status, number) {
    const isChosen = state.status === status;
    const button = element("button", { type: "button", className: `count badge ${status}` },
      icon(status), `${grouped(number)} ${status}`);
    button.setAttribute("aria-pressed", isChosen);
    button.addEventListener("click", () => onFilter({ status: isChosen ? "" : status }));
    return button;
  }

  function caption() {
    const [first, last] = [numbers.days[0].date, numbers.days.at(-1).date];
    const days = first === last ? text(first) : `${text(first)} – ${text(last)}`;
    const cut = numbers.complete ? "" : numbers.count === 10_000
      ? ", the newest 10\u202f000 runs"
      : ", among the newest 10\u202f000 runs";
    return `${days}${cut}`;
  }

  function draw() {
    const width = figure.clientWidth;
    if (figure.hidden || width === 0) {
      return;
    }
    const bars = barsOf(numbers.days, width);
    chart.hidden = bars.length < 2; // the counts say it all
    const highest = Math.max(...bars.map(({ total }) => total));
    const step = width / bars.length;
    const picture = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "group", "aria-label": "Runs by day" });
    picture.append(
      svg("line", { class: "grid", x1: 0, x2: width, y1: TOP, y2: TOP }),
      svg("text", { class: "label", x: 0, y: TOP - 5 }, `${grouped(highest)} run${highest === 1 ? "" : "s"}`),
      svg("line", { class: "grid", x1: 0, x2: width, y1: BASE, y2: BASE }),
      ...dates(bars, step, width),
      ...bars.map((bar, index) => barElement(bar, index * step, step, highest)),
    );
    chart.replaceChildren(picture);
    reach(current, false);
  }

  function barElement(bar, x, step, highest) {
    const width = Math.min(step - 2, WIDEST);
    const left = x + (step - width) / 2;
    const parts = [svg("rect", { class: "hit", x, y: TOP, width: step, height: BASE - TOP })];
    let y = BASE;
    for (const status of STATUSES.filter((name) => bar[name] > 0)) {
      const height = Math.max(2, (bar[status] / highest) * (BASE - TOP));
      y -= height;
      parts.push(svg("rect", { class: `part ${status}`, x: left, y: y + 0.5, width, height: Math.max(1, height - 1) }));
    }
    if (bar.total === 0) {
      return svg("g", {}, ...parts.slice(1));
    }
    const group = svg("g", { class: "bar", role: "button", tabindex: -1, "aria-label": described(bar), "aria-pressed": isChosen(bar) },
      svg("title", {}, described(bar)), ...parts);
    group.addEventListener("click", () => choose(bar));
    group.addEventListener("keydown", (event) => key(event, bar));
    return group;
  }

  function isChosen(bar) {
    return state.since === bar.first && state.until === bar.last;
  }

  function choose(bar) {
    onFilter(isChosen(bar) ? { since: "", until: "" } : { since: bar.first, until: bar.last });
  }

  function key(event, bar) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(bar);
    } else if (event.key in steps) {
      event.preventDefault();
      reach(current + steps[event.key], true);
    }
  }

  /** Makes one bar the one that the keyboard reaches. */
  function reach(wanted, isFocused) {
    const bars = chart.querySelectorAll(".bar");
    current = Math.max(0, Math.min(wanted, bars.length - 1));
    bars.forEach((bar, index) => bar.setAttribute("tabindex", index === current ? 0 : -1));
    if (isFocused) {
      bars[current].focus();
    }
  }

  new ResizeObserver(draw).observe(figure);
  return { show };
}

/** Returns the bars from the first to the last day, each of as few days as the width allows. */
function barsOf(days, width) {
  const [first, last] = [days[0].date, days.at(-1).date];
  const number = daysBetween(first, last) + 1;
  const length = LENGTHS.find((each) => number / each <= width / NARROWEST) ?? number;
  const bars = Array.from({ length: Math.ceil(number / length) }, (_, index) => {
    const begin = plusDays(first, index * length);
    const end = plusDays(begin, length - 1);
    const bar = { first: begin, last: end < last ? end : last, total: 0 };
    STATUSES.forEach((status) => (bar[status] = 0));
    return bar;
  });
  for (const day of days) {
    const bar = bars[Math.floor(daysBetween(first, day.date) / length)];
    STATUSES.forEach((status) => {
      bar[status] += day[status];
      bar.total += day[status];
    });
  }
  return bars;
}

/** Labels as many bars as there is space for, from the last one back. */
function dates(bars, step, width) {
  const every = Math.ceil(LABEL / step);
  const last = bars.length - 1;
  return bars.flatMap((bar, index) => {
    const center = (index + 0.5) * step;
    if ((last - index) % every !== 0 || center < LABEL / 2) {
      return [];
    }
    const isEnd = center > width - LABEL / 2;
    const place = { class: isEnd ? "label end" : "label middle", x: isEnd ? width : center, y: HEIGHT - 8 };
    return [svg("text", place, SHORT.format(midnight(bar.first)))];
  });
}

function described(bar) {
  const days = bar.first === bar.last ? text(bar.first) : `${text(bar.first)} to ${text(bar.last)}`;
  const parts = STATUSES.filter((status) => bar[status] > 0).map((status) => `${bar[status]} ${status}`);
  return `${days}: ${parts.join(", ")}`;
}

function text(day) {
  return DAY.format(midnight(day));
}

function sum(days, status) {
  return days.reduce((total, day) => total + day[status], 0);
}
