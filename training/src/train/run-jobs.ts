/**
 * Runs jobs side by side, at most `limit` at a time, in order. A job that fails does not stop the others.
 *
 * @returns what each came to, in the jobs' order
 */
export async function runJobs<Job, Result>(
  jobs: readonly Job[],
  limit: number,
  run: (job: Job) => Promise<Result>,
): Promise<PromiseSettledResult<Result>[]> {
  const results: PromiseSettledResult<Result>[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let n = next++; n < jobs.length; n = next++) {
      try {
        results[n] = { status: 'fulfilled', value: await run(jobs[n] as Job) }
      } catch (reason) {
        results[n] = { status: 'rejected', reason }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, jobs.length)) }, worker))
  return results
}
