import ipaddr from "ipaddr.js";

/** What an operator lets AWE fetch besides public addresses (`AWE_SOURCE_ALLOW`). */
export interface Allow {
  /** Lower-case host names and IP addresses, without or with a port: `git.lab.org`, `localhost:3000`, `[::1]:80`. */
  readonly hosts: ReadonlySet<string>;
  readonly networks: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];
}

/**
 * Reads `AWE_SOURCE_ALLOW`: hosts, `host:port` and networks in CIDR form, separated by commas or white space.
 *
 * @throws {Error} that names the part which is none of them.
 */
export function parseAllow(text: string): Allow {
  const hosts = new Set<string>();
  const networks: [ipaddr.IPv4 | ipaddr.IPv6, number][] = [];
  for (const part of text.split(/[\s,]+/).filter((part) => part !== "")) {
    if (part.includes("/")) {
      if (!ipaddr.isValidCIDR(part))
        throw new Error(`AWE_SOURCE_ALLOW: "${part}" is not a network such as 10.1.0.0/16`);
      networks.push(ipaddr.parseCIDR(part));
    } else if (ipaddr.IPv6.isValid(part)) {
      hosts.add(`[${ipaddr.parse(part).toString()}]`);
    } else if (/^(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9._-]*[a-z0-9])?)(:\d{1,5})?$/i.test(part)) {
      hosts.add(part.toLowerCase());
    } else {
      throw new Error(`AWE_SOURCE_ALLOW: "${part}" is not a host, host:port or network`);
    }
  }
  return { hosts, networks };
}

/** Whether the operator has listed this host by name, for every port or for this one. */
export function isHostAllowed(allow: Allow, host: string, port: number): boolean {
  const name = host.toLowerCase();
  return allow.hosts.has(name) || allow.hosts.has(`${name}:${port}`);
}

/** The part of IPv6 that the public internet uses (RFC 4291, 2.4; IANA has given out nothing else). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether AWE may connect to this address: it is a public unicast one, or lies in an allowed network.
 *
 * Whatever carries an IPv4 address inside an IPv6 one (mapped, compatible, translated, NAT64, 6to4, Teredo) is not public:
 * a gateway on the way would unwrap it into an address that nobody has checked.
 */
export function isAddressAllowed(allow: Allow, address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  const plain = parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed;
  if (allow.networks.some(([network, bits]) => network.kind() === plain.kind() && plain.match(network, bits)))
    return true;
  if (parsed instanceof ipaddr.IPv6) return parsed.range() === "unicast" && parsed.match(GLOBAL_UNICAST);
  return parsed.range() === "unicast";
}

/** Ports that AWE connects to on hosts that are not listed: the web's own two, and those that need no privilege. */
export function isPortAllowed(port: number): boolean {
  return port === 80 || port === 443 || port >= 1024;
}
