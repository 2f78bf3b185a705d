import type { ComponentChildren } from 'preact'
import type { Inline } from '../format/inline.ts'
import { parseText } from '../format/rich.ts'
import type { Block } from '../format/rich.ts'

type Draw = (piece: Inline, key: number) => ComponentChildren

const drawWords = (
  piece: Exclude<Inline, { readonly kind: 'link' }>,
  key: number,
  drawInside: Draw,
): ComponentChildren => {
  switch (piece.kind) {
    case 'text':
      return piece.text
    case 'code':
      return <code key={key}>{piece.text}</code>
    case 'strong':
      return <strong key={key}>{piece.children.map(drawInside)}</strong>
    case 'em':
      return <em key={key}>{piece.children.map(drawInside)}</em>
  }
}

const draw: Draw = (piece, key) =>
  piece.kind !== 'link' ? (
    drawWords(piece, key, draw)
  ) : (
    <a key={key} href={piece.href} target="_blank" rel="noopener noreferrer nofollow" title={piece.href}>
      {piece.text}
    </a>
  )

/** What a stranger calls a link is words like any other. */
const drawPlain: Draw = (piece, key) => (piece.kind === 'link' ? piece.text : drawWords(piece, key, drawPlain))

const drawBlock = (block: Block, key: number, draw: Draw): ComponentChildren => {
  switch (block.kind) {
    case 'lines':
      return <p key={key}>{block.content.map(draw)}</p>
    case 'quote':
      return <blockquote key={key}>{block.content.map(draw)}</blockquote>
    case 'code':
      return (
        <pre key={key} title={block.language === '' ? undefined : block.language}>
          <code>{block.text}</code>
        </pre>
      )
    case 'list': {
      const items = block.items.map(({ value, content }, at) => (
        <li key={at} value={value ?? undefined}>
          {content.map(draw)}
        </li>
      ))
      return block.ordered ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>
    }
  }
}

interface Props {
  readonly text: string
  readonly id: string
  /** Links lead nowhere. */
  readonly isPlain: boolean
}

/** The words of a message. Every piece is a text node or an element made here: nothing in a message is ever read as HTML. */
export const MessageText = ({ text, id, isPlain }: Props) => {
  const drawPiece = isPlain ? drawPlain : draw
  const blocks = parseText(text)
  const [first] = blocks
  if (blocks.length === 1 && first?.kind === 'lines')
    return (
      <span class="text" dir="auto" id={id}>
        {first.content.map(drawPiece)}
      </span>
    )
  return (
    <div class="text blocks" dir="auto" id={id}>
      {blocks.map((block, at) => drawBlock(block, at, drawPiece))}
    </div>
  )
}
