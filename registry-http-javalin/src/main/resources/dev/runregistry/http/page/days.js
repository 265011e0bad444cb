// Days in local time, as texts such as 2026-11-24.

const ONE_DAY = 86_400_000; // ms

/** Returns the day of a time. */
export function dayOf(time) {
  const two = (number) => String(number).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

/** Returns the day that is that many days ago. */
export function daysAgo(number) {
  const time = new Date();
  time.setDate(time.getDate() - number);
  return dayOf(time);
}

/** Returns the instant in UTC at which a local day begins; a text that is no day is returned unchanged. */
export function dayStart(day) {
  const time = midnight(day);
  return time === null ? day : time.toISOString();
}

/** Returns the day after; a text that is no day is returned unchanged. */
export function nextDay(day) {
  return plusDays(day, 1);
}

export function plusDays(day, number) {
  const time = midnight(day);
  if (time === null) {
    return day;
  }
  time.setDate(time.getDate() + number);
  return dayOf(time);
}

/** Returns the number of days from one day to another. */
export function daysBetween(first, last) {
  return Math.round((Date.parse(`${last}T00:00Z`) - Date.parse(`${first}T00:00Z`)) / ONE_DAY);
}

/** Returns the beginning of a day as a Date; null if the text is no day. */
export function midnight(day) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day);
  const time = parts && new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  return time !== null && dayOf(time) === day ? time : null;
}
