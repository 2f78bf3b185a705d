/** Offers a text as a file to save. */
export const saveFile = (name: string, type: string, text: string): void => {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  /** The browser has taken the address over by the next task. */
  setTimeout(() => {
    URL.revokeObjectURL(address)
  })
}
