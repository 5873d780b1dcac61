import type { AsyncBuffer, ColumnMetaData, Compressors, DecodedArray, FileMetaData } from 'hyparquet'
import { parquetHeader, readPage } from 'hyparquet/src/column.js'
import { convert, convertWithDictionary, DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { decompressPage, readDataPage, readDataPageV2 } from 'hyparquet/src/datapage.js'
import { getSchemaPath } from 'hyparquet/src/schema.js'

/** Values of consecutive rows, or the places of the rows that have one. */
export interface PageRows {
  readonly rowStart: number
  readonly values: DecodedArray
  /** Of each row of the page 1 where it has a value; empty when all have. */
  readonly present: readonly number[]
}

type Decoder = Parameters<typeof readDataPage>[2]

/**
 * Reads one flat column page by page. The reader's own way puts each page's values into a list of any type, for nested columns' sake; here numbers stay
 * in typed arrays.
 */
export async function readPages(
  file: AsyncBuffer,
  metadata: FileMetaData,
  name: string,
  compressors: Compressors,
  take: (page: PageRows) => void,
): Promise<void> {
  const schemaPath = getSchemaPath(metadata.schema, [name])
  const element = schemaPath.at(-1)?.element
  let rowStart = 0
  for (const group of metadata.row_groups) {
    const chunk = group.columns.find(
      ({ meta_data: own }) => own?.path_in_schema.length === 1 && own.path_in_schema[0] === name,
    )?.meta_data
    if (chunk === undefined || element === undefined) throw new Error('it is missing in a group of rows')
    const bytes = await file.slice(...rangeOf(chunk))
    const decoder = {
      pathInSchema: [name],
      element,
      schemaPath,
      file,
      metadata,
      compressors,
      ...chunk,
      parsers: DEFAULT_PARSERS,
    }
    readChunk(bytes, decoder, Number(chunk.num_values), (page) => take({ ...page, rowStart: rowStart + page.rowStart }))
    rowStart += Number(group.num_rows)
  }
}

function rangeOf(chunk: ColumnMetaData): [number, number] {
  const { dictionary_page_offset: dictionary, data_page_offset: data } = chunk
  // Some writers put 0 where there is no dictionary.
  const start = Number(dictionary !== undefined && dictionary > 0n && dictionary < data ? dictionary : data)
  return [start, start + Number(chunk.total_compressed_size)]
}

function readChunk(bytes: ArrayBuffer, decoder: Decoder, rows: number, take: (page: PageRows) => void): void {
  const reader = { view: new DataView(bytes), offset: 0 }
  let dictionary: DecodedArray | undefined
  for (let row = 0; row < rows && reader.offset < bytes.byteLength - 1;) {
    const header = parquetHeader(reader)
    if (header.type === 'DICTIONARY_PAGE') {
      const { data } = readPage(reader, header, decoder, undefined, undefined, 0)
      dictionary = data && convert(data, decoder)
      continue
    }
    const compressed = new Uint8Array(bytes, reader.offset, header.compressed_page_size)
    reader.offset += header.compressed_page_size
    const [first, second] = [header.data_page_header, header.data_page_header_v2]
    if (first === undefined && second === undefined) continue
    const page =
      first === undefined
        ? readDataPageV2(compressed, header, decoder)
        : readDataPage(
            decompressPage(compressed, header.uncompressed_page_size, decoder.codec, decoder.compressors),
            first,
            decoder,
          )
    const encoding = (first ?? second)?.encoding ?? 'PLAIN'
    const values = convertWithDictionary(page.dataPage, dictionary, encoding, decoder)
    take({ rowStart: row, values, present: page.definitionLevels ?? [] })
    row += first?.num_values ?? second?.num_values ?? 0
  }
}
