import Papa from "papaparse"
import type { CostImportFile } from "../../shared/contract-costs.js"
import { invalid } from "../core/store/refusal.js"
import { cleanText } from "./body.js"
import { decodeText } from "./charset.js"

/** Rows that one file may have. */
const ROWS = 50_000
/** Rows that tell how the cells are parted. */
const SAMPLE = 60
const SEPARATORS = ["\t", ";", ",", "|"]

/** An export's bytes as its cells, line by line, whatever its encoding and separator; empty lines stay, so that rows keep their numbers. */
export function readSheet(bytes: Uint8Array, contentType: string): CostImportFile {
  const { text, encoding } = decodeText(bytes, contentType)
  const clean = cleanText(text).replace(/^\ufeff/, "")
  // Excel writes the separator on a line of its own, for itself.
  const said = /^sep=(.)\r?\n/.exec(clean)?.[1]
  const delimiter = said ?? separatorOf(clean)
  const { data, errors } = Papa.parse<string[]>(clean, { delimiter, skipEmptyLines: false, preview: ROWS + 1 })
  const broken = errors.find(({ type }) => type === "Quotes")
  if (broken) throw invalid(`row ${(broken.row ?? 0) + 1}`, "has a quotation mark that is not closed")
  if (data.length > ROWS) throw invalid("", `a file has ${ROWS} rows at most: split it`)
  return { encoding, lines: data }
}

/** The separator by which the rows have most cells: a decimal comma parts a cell in two, the true separator parts all. */
function separatorOf(text: string): string {
  const counts = SEPARATORS.map((delimiter) => {
    const { data } = Papa.parse<string[]>(text, { delimiter, preview: SAMPLE, skipEmptyLines: "greedy" })
    const lengths = data.map((cells) => cells.length).sort((a, b) => a - b)
    return lengths[Math.floor(lengths.length / 2)] ?? 1
  })
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ","
}
