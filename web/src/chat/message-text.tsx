import type { ComponentChildren } from 'preact'
import type { Inline } from '../format/inline.ts'
import { parseText } from '../format/rich.ts'
import type { Block } from '../format/rich.ts'

const draw = (piece: Inline, key: number): ComponentChildren => {
  switch (piece.kind) {
    case 'text':
      return piece.text
    case 'link':
      return (
        <a key={key} href={piece.href} target="_blank" rel="noopener noreferrer nofollow" title={piece.href}>
          {piece.text}
        </a>
      )
    case 'code':
      return <code key={key}>{piece.text}</code>
    case 'strong':
      return <strong key={key}>{piece.children.map(draw)}</strong>
    case 'em':
      return <em key={key}>{piece.children.map(draw)}</em>
  }
}

const drawBlock = (block: Block, key: number): ComponentChildren => {
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

/** The words of a message. Every piece is a text node or an element made here: nothing in a message is ever read as HTML. */
export const MessageText = ({ text, id }: { readonly text: string; readonly id: string }) => {
  const blocks = parseText(text)
  const [first] = blocks
  if (blocks.length === 1 && first?.kind === 'lines')
    return (
      <span class="text" dir="auto" id={id}>
        {first.content.map(draw)}
      </span>
    )
  return (
    <div class="text blocks" dir="auto" id={id}>
      {blocks.map(drawBlock)}
    </div>
  )
}
