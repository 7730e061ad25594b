/** A piece of a report: the same pieces give the terminal's table, the Markdown and the web page. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'table'
      readonly head: readonly string[]
      readonly rows: readonly (readonly string[])[]
    }
  | Picture

/** An SVG that stands alone; the Markdown links to it as `name`.svg, the web page holds it. */
export interface Picture {
  readonly kind: 'picture'
  /** Of its file, without the ending. */
  readonly name: string
  /** What it shows, for who cannot see it. */
  readonly alt: string
  readonly svg: string
}

export interface ReportDocument {
  readonly title: string
  readonly blocks: readonly Block[]
}

export function heading(text: string): Block {
  return { kind: 'heading', text }
}

export function text(content: string): Block {
  return { kind: 'text', text: content }
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): Block {
  return { kind: 'table', head, rows }
}

export function picture(name: string, alt: string, svg: string): Block {
  return { kind: 'picture', name, alt, svg }
}

export function picturesOf(document: ReportDocument): readonly Picture[] {
  return document.blocks.filter((block) => block.kind === 'picture')
}
