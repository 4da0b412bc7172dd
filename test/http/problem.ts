import { expect } from "vitest"
import { Problem } from "../../shared/contract.js"

/** The problem that an answer is; fails unless it is one of this status and code, in the form of RFC 9457. */
export async function readProblem(response: Response, status: number, code: string): Promise<Problem> {
  const text = await response.text()
  expect({ status: response.status, text }).toMatchObject({ status })
  expect(response.headers.get("content-type")).toBe("application/problem+json")
  const problem = Problem.parse(JSON.parse(text))
  expect(problem).toMatchObject({ type: "about:blank", status, code })
  expect(problem.title).not.toBe("")
  expect(problem.detail).not.toBe("")
  return problem
}

/** The paths that a 400 names. */
export async function readFaults(response: Response): Promise<string[]> {
  const { errors = [] } = await readProblem(response, 400, "invalid")
  for (const { message } of errors) expect(message).not.toBe("")
  return errors.map(({ path }) => path)
}
