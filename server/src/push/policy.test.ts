import { describe, expect, test } from 'vitest'
import { isPublic, publicPolicy, PUSH_SERVICES } from './policy.ts'

describe('whom a server may push to', () => {
  const policy = publicPolicy([...PUSH_SERVICES, '.example.org'])
  const may = (address: string) => {
    const url = URL.parse(address)
    return url !== null && policy.allows(url)
  }

  test('the push services of the browsers, and those that the settings name', () => {
    for (const address of [
      'https://fcm.googleapis.com/fcm/send/abc:def',
      'https://updates.push.services.mozilla.com/wpush/v2/abc',
      'https://web.push.apple.com/QGabc',
      'https://wns2-par02p.notify.windows.com/w/?token=abc',
      'https://fcm.googleapis.com:443/abc',
      'https://one.example.org/',
    ])
      expect([address, may(address)]).toEqual([address, true])
  })

  test('and nobody else', () => {
    for (const address of [
      'http://fcm.googleapis.com/abc',
      'https://fcm.googleapis.com:8443/abc',
      'https://fcm.googleapis.com.evil.example/abc',
      'https://evil.example/fcm.googleapis.com',
      'https://fcm.googleapis.com@evil.example/',
      'https://user@fcm.googleapis.com/abc',
      'https://example.org/',
      'https://evilexample.org/',
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://2130706433/',
      'https://localhost/',
      'https://169.254.169.254/latest/meta-data',
      'file:///etc/passwd',
      'javascript:alert(1)',
    ])
      expect([address, may(address)]).toEqual([address, false])
  })
})

test('addresses of private networks, of the machine itself and of nobody are not public, however they are written', () => {
  for (const address of [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.8.8.8',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'ff02::1',
    'not an address',
    '',
  ])
    expect([address, isPublic(address)]).toEqual([address, false])
  for (const address of ['8.8.8.8', '172.32.0.1', '142.250.184.10', '2a00:1450:4001:830::200a', '2600:1901:0:38d7::'])
    expect([address, isPublic(address)]).toEqual([address, true])
})
