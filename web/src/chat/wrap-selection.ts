/** Replaces the selected text as if it had been typed, so that it can be undone. */
const insert = (box: HTMLTextAreaElement, text: string): void => {
  /** Old, but the only way that keeps the browser's own undo; where it is gone, the text is set without. */
  if (document.execCommand('insertText', false, text)) return
  box.setRangeText(text, box.selectionStart, box.selectionEnd, 'end')
  box.dispatchEvent(new Event('input', { bubbles: true }))
}

/**
 * Puts `mark` around what is selected, or takes it away when it stands there already. With nothing selected the caret stands
 * between the two marks.
 */
export const wrapSelection = (box: HTMLTextAreaElement, mark: string): void => {
  const { selectionStart: from, selectionEnd: to, value } = box
  const text = value.slice(from, to)
  const isAround = value.slice(from - mark.length, from) === mark && value.slice(to, to + mark.length) === mark
  if (isAround && text !== '') {
    box.setSelectionRange(from - mark.length, to + mark.length)
    insert(box, text)
    box.setSelectionRange(from - mark.length, to - mark.length)
    return
  }
  insert(box, `${mark}${text}${mark}`)
  box.setSelectionRange(from + mark.length, to + mark.length)
}
