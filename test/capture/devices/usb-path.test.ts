import fc from 'fast-check'
import t from 'tap'
import { shortUsbPath, usbPathOf } from '../../../src/capture/devices/usb-path.js'

t.test('a USB path is controller and port, as the kernel itself writes it', async (t) => {
  const cases: [string, string | null][] = [
    [
      '/sys/devices/platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0/usb1/1-1/1-1.4/1-1.4:1.0',
      'usb-0000:01:00.0-1.4',
    ],
    [
      '/sys/devices/platform/axi/1000120000.pcie/1f00300000.usb/xhci-hcd.1/usb3/3-2/3-2:1.0',
      'usb-xhci-hcd.1-2',
    ],
    ['/sys/devices/pci0000:00/0000:00:1f.3', null],
    ['/sys/devices/platform/soc/soc:sound', null],
    ['', null],
  ]
  for (const [path, expected] of cases) t.equal(usbPathOf(path), expected, path)
})

t.test('the port alone is the short form', async (t) => {
  t.equal(shortUsbPath('usb-0000:01:00.0-1.4'), 'usb-1.4')
  t.equal(shortUsbPath('usb-xhci-hcd.1-2'), 'usb-2')
})

t.test('any path has a USB path of words, or none', async () => {
  const part = fc.constantFrom('usb1', '1-1', '1-1.4:1.0', 'x', '..', '0000:01:00.0', '')
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string({ unit: 'binary' }))), (parts) => {
      const usbPath = usbPathOf(`/${parts.join('/')}`)
      return usbPath === null || /^usb-[\w:.-]+-\d+(\.\d+)*$/.test(usbPath)
    }),
  )
})
