/** How a line of klog begins: severity, time, the process. */
export function klogHead(severity: 'E' | 'F' | 'I' | 'W', now: number): string {
  const iso = new Date(now).toISOString();
  return `${severity}${iso.slice(5, 7)}${iso.slice(8, 10)} ${iso.slice(11, 23)}000       1`;
}
