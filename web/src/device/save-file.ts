/** Offers a text as a file to save. */
export const saveFile = (name: string, type: string, text: string): void => {
  saveBlob(name, new Blob([text], { type: `${type};charset=utf-8` }))
}

/** Offers bytes as a file to save. @param name one that is safe */
export const saveBlob = (name: string, data: Blob): void => {
  const address = URL.createObjectURL(data)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  /** The browser has taken the address over by the next task. */
  setTimeout(() => {
    URL.revokeObjectURL(address)
  })
}
