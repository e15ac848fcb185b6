/**
 * True for a host that can only mean this machine: `localhost`, 127.0.0.0/8 and `::1`, without a port.
 *
 * Judged by its spelling alone and never by asking a resolver, whose answer belongs to somebody else. IPv6 may stand in
 * brackets, as it does in addresses and in the `Host` header.
 */
export function isLoopbackHost(host: string): boolean {
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  return bare.toLowerCase() === "localhost" || bare === "::1" || /^127(\.(0|[1-9]\d{0,2})){3}$/.test(bare);
}
