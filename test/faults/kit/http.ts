/** One call of the API by a script, and what came of it. */
export interface Answer {
  readonly status: number
  readonly text: string
}

export async function post(address: string, name: string, body: object, session?: string): Promise<Answer> {
  const bearer = session === undefined ? {} : { authorization: `Bearer ${session}` }
  const reply = await fetch(`${address}/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer },
    body: JSON.stringify(body),
  })
  return { status: reply.status, text: await reply.text() }
}
