/**
 * Controller and port of a USB sound card, as the kernel names them elsewhere (`usb_make_path`). The number of the bus is
 * left out: it depends on the order in which the controllers were found.
 *
 * @param sysfsPath what `/sys/class/sound/card<N>/device` points to:
 *                  `/sys/devices/…/0000:01:00.0/usb1/1-1/1-1.4/1-1.4:1.0`
 * @returns `usb-0000:01:00.0-1.4`, or null if that is no USB device
 */
export function usbPathOf(sysfsPath: string): string | null {
  const [, controller, port] =
    /\/([\w:.-]{1,64})\/usb\d+\/(?:.*\/)?\d+-(\d+(?:\.\d+)*):\d+\.\d+\/?$/.exec(sysfsPath) ?? []
  return controller === undefined ? null : `usb-${controller}-${port}`
}

/** The port alone: `usb-1.4`, enough where one controller is used. */
export function shortUsbPath(usbPath: string): string {
  return `usb-${usbPath.slice(usbPath.lastIndexOf('-') + 1)}`
}
