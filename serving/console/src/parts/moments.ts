// Times are those of the city, and the zone is named; days are written as the API writes them.
import { language } from "../app/preferences";

export let zone = "Asia/Shanghai";

/** The city's time zone; said once, by the shell. */
export function setZone(name: string): void {
  zone = name;
}

/** "6月29日 08:00 UTC+8" or "29 Jun, 08:00 UTC+8"; with the year where it is not this one's, without the time as a `day`. */
export function moment(at: string | number | Date, options: { zone?: boolean; day?: boolean } = {}): string {
  const when = new Date(at);
  const year = (one: Date) => new Intl.DateTimeFormat("en", { timeZone: zone, year: "numeric" }).format(one);
  const text = new Intl.DateTimeFormat(language.get() === "zh" ? "zh-CN" : "en-GB", {
    timeZone: zone,
    month: language.get() === "zh" ? "long" : "short",
    day: "numeric",
    ...(options.day ? {} : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    ...(year(when) === year(new Date()) ? {} : { year: "numeric" }),
  }).format(when);
  return options.zone === false || options.day ? text : `${text} ${named(when)}`;
}

/** The city's day of a moment, as the API writes days. */
export function today(at: number): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(at);
  return ["year", "month", "day"].map((one) => parts.find(({ type }) => type === one)?.value).join("-");
}

/** "UTC+8". */
function named(when: Date): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "short" }).formatToParts(when);
  return (parts.find((one) => one.type === "timeZoneName")?.value ?? zone).replace("GMT", "UTC");
}

/** How long something is, in the largest unit of which there is one: minutes, hours, days. */
export function span_of(milliseconds: number, words: { minutes: (count: number) => string; hours: (count: number) => string; days: (count: number) => string }): string {
  const minutes = Math.max(0, Math.floor(Math.abs(milliseconds) / 60_000));
  if (minutes < 60) return words.minutes(minutes);
  return minutes < 48 * 60 ? words.hours(Math.floor(minutes / 60)) : words.days(Math.floor(minutes / 1440));
}
