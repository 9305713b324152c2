const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const roundSteps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 5, 10, 30, 100, 400].map((n) => n * day),
];
const mostTicks = 5;

/** Round distances from the start that divide the time into a handful of parts. */
export function ticksOf(span: number): number[] {
  const step = roundSteps.find((size) => span / size <= mostTicks) ?? span;
  const ticks: number[] = [];
  for (let at = 0; at <= span && step > 0; at += step) ticks.push(at);
  return ticks;
}
