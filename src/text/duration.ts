/** `0.4 s`, `12 s`, `3:07 min`, `2:05:00 h` */
export function formatDuration(elapsedMs: number): string {
  const seconds = elapsedMs / 1000;
  if (!(seconds >= 0) || seconds === Infinity) return '?';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${seconds.toFixed(0)} s`;
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)} h` : `${minutes}:${pad(whole % 60)} min`;
}

/** `12 s left`, at the speed so far. @param fraction Done, above 0. */
export function formatTimeLeft(fraction: number, elapsedMs: number): string {
  return `${formatDuration((elapsedMs / fraction) * (1 - fraction))} left`;
}
