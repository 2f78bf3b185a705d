import { splitLinks } from '../format/links.ts'

/** The words of a message. Every piece is a text node or a link made here: nothing in a message is ever read as HTML. */
export const MessageText = ({ text, id }: { readonly text: string; readonly id: string }) => (
  <span class="text" dir="auto" id={id}>
    {splitLinks(text).map((piece, index) =>
      piece.kind === 'text' ? (
        piece.text
      ) : (
        <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow" title={piece.href}>
          {piece.text}
        </a>
      ),
    )}
  </span>
)
