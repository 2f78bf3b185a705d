import { CLOSE_CODES, COMMON, GROUPS, REFERENCE, RULES, SOCKET } from './reference.ts'
import type { Entry } from './reference.ts'

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function entry({ name, summary, methods, caller, fields, reply, errors, rates }: Entry): string {
  const rows = fields.map(
    (field) =>
      `| \`${field.name}\`${field.optional ? ' (optional)' : ''} | ${cell(field.type)} | ${cell(field.description)} |`,
  )
  return [
    `### ${name}`,
    '',
    summary,
    '',
    `${methods} \`/${name}\`, for ${caller}.`,
    '',
    ...(rows.length === 0 ? ['Takes nothing.', ''] : ['| field | type | |', '|---|---|---|', ...rows, '']),
    `Answers \`${reply}\`.`,
    '',
    ...errors.map(({ code, status, message }) => `- ${status} \`${code}\`: ${message}`),
    ...(errors.length === 0 ? [] : ['']),
    `Limits: ${rates}.`,
    '',
  ].join('\n')
}

/** The whole reference as Markdown: docs/api.md. */
export function renderMarkdown(): string {
  const groups = GROUPS.map(
    (group) =>
      `## ${group}\n\n${REFERENCE.filter((one) => one.group === group)
        .map(entry)
        .join('\n')}`,
  )
  return [
    '# The API of Chatnip',
    '',
    'Made from the table in `protocol/`; edit that and run the tests of `server/src/http/docs` with `UPDATE=1`.',
    '',
    ...RULES.map((rule) => `- ${rule}`),
    '',
    'Any call may also answer:',
    '',
    ...COMMON.map(({ code, status, message }) => `- ${status} \`${code}\`: ${message}`),
    '',
    ...groups,
    '## The socket',
    '',
    '`GET /socket` as a WebSocket with the session of a device, by cookie or `Authorization: Bearer`. One JSON object a frame.',
    '',
    ...SOCKET.map(({ frame, meaning }) => `- \`${frame}\`: ${meaning}`),
    '',
    'Closed with:',
    '',
    ...CLOSE_CODES.map(({ code, reason }) => `- ${code}: ${reason}`),
    '',
  ].join('\n')
}
