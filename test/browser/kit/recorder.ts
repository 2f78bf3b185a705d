import type { BrowserContext, ConsoleMessage, Page, Request, Response } from 'playwright-core'

/** What must not happen in any page, noted as it happens. Each test ends by looking that every list is empty. */
export interface Recorder {
  /** Errors in the console, violations of the content security policy among them. */
  readonly console: string[]
  /** Exceptions that nobody caught. */
  readonly exceptions: string[]
  readonly violations: string[]
  /** Requests to any other origin than the app's. */
  readonly foreign: string[]
  /** Files and pages that were not there, and answers that say that the server failed. */
  readonly broken: string[]
}

const VIOLATION = 'content security policy violated:'

/** What browsers write about refusals and lost connections; the app deals with those, and `broken` holds what it may not meet. */
const EXPECTED = [
  /^Failed to load resource/u,
  /WebSocket connection to/u,
  /can.t establish a connection to the server at ws/u,
  // Firefox, of a part of the app that was on its way when the page was left.
  /^Failed to load .*A ServiceWorker intercepted the request/u,
]

/** Begins to note what happens in all pages of `context`, those that open later included. */
export async function record(context: BrowserContext, origin: string): Promise<Recorder> {
  const recorder: Recorder = { console: [], exceptions: [], violations: [], foreign: [], broken: [] }
  await context.addInitScript((mark: string) => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(mark, event.effectiveDirective, event.blockedURI)
    })
  }, VIOLATION)
  const follow = (page: Page) => {
    page.on('console', (message) => noteConsole(recorder, message))
    page.on('pageerror', (error) => noteException(recorder, String(error)))
    page.on('request', (request) => noteRequest(recorder, request, origin))
    page.on('websocket', (socket) => {
      if (new URL(socket.url()).host !== new URL(origin).host) recorder.foreign.push(socket.url())
    })
    page.on('response', (response) => noteResponse(recorder, response))
  }
  context.on('page', follow)
  return recorder
}

function noteConsole(recorder: Recorder, message: ConsoleMessage): void {
  const text = message.text()
  if (text.startsWith(VIOLATION)) recorder.violations.push(text.slice(VIOLATION.length + 1))
  else if (message.type() === 'error' && !EXPECTED.some((pattern) => pattern.test(text))) recorder.console.push(text)
}

/** Firefox tells lost connections in this way. */
function noteException(recorder: Recorder, text: string): void {
  if (!EXPECTED.some((pattern) => pattern.test(text))) recorder.exceptions.push(text)
}

function noteRequest(recorder: Recorder, request: Request, origin: string): void {
  const { protocol, origin: asked } = new URL(request.url())
  if (protocol !== 'blob:' && protocol !== 'data:' && asked !== origin) recorder.foreign.push(request.url())
}

/** 503 is what a server says that is just stopping or starting: come back in a moment. It is documented, and the app does. */
const COME_BACK = 503

function noteResponse(recorder: Recorder, response: Response): void {
  const missing = response.request().method() === 'GET' && response.status() >= 400
  const failed = response.status() >= 500 && response.status() !== COME_BACK
  if (missing || failed) recorder.broken.push(`${response.status()} ${response.url()}`)
}

export const nothing: Recorder = { console: [], exceptions: [], violations: [], foreign: [], broken: [] }
