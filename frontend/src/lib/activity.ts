/** Adds up the last minute of several sources: 30 periods of 2 s, the oldest first. */
export function activity(sparks: readonly (readonly number[])[]): number[] {
  const sum = Array<number>(30).fill(0);
  for (const spark of sparks) {
    const lead = sum.length - spark.length;
    spark.forEach((n, i) => (sum[lead + i] += n));
  }
  return sum;
}

export const PERIOD = 2000;
