import { expect, test } from "vitest";
import { isAddressAllowed, isHostAllowed, isPortAllowed, parseAllow } from "#src/sources/addresses.ts";

const nothing = parseAllow("");

test.each([
  ["loopback", "127.0.0.1"],
  ["loopback", "127.255.0.3"],
  ["private", "10.0.0.1"],
  ["private", "172.16.5.4"],
  ["private", "192.168.1.1"],
  ["link-local (cloud metadata)", "169.254.169.254"],
  ["carrier-grade NAT", "100.64.0.1"],
  ["unspecified", "0.0.0.0"],
  ["this network", "0.1.2.3"],
  ["multicast", "224.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["reserved", "240.0.0.1"],
  ["benchmarking", "198.18.0.1"],
  ["documentation", "203.0.113.9"],
  ["loopback", "::1"],
  ["unspecified", "::"],
  ["link-local", "fe80::1"],
  ["link-local with a zone", "fe80::1%eth0"],
  ["unique local", "fd00:ec2::254"],
  ["site-local", "fec0::1"],
  ["multicast", "ff02::1"],
  ["IPv4-mapped", "::ffff:127.0.0.1"],
  ["IPv4-mapped, public inside", "::ffff:8.8.8.8"],
  ["IPv4-compatible", "::127.0.0.1"],
  ["IPv4-translated", "::ffff:0:127.0.0.1"],
  ["NAT64", "64:ff9b::7f00:1"],
  ["NAT64, local use", "64:ff9b:1::a00:1"],
  ["6to4", "2002:7f00:1::"],
  ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
  ["documentation", "2001:db8::1"],
  ["discard", "100::1"],
  ["not given out", "4000::1"],
  ["no address", "localhost"],
])("refuses an address that is %s: %s", (_, address) => {
  expect(isAddressAllowed(nothing, address)).toBe(false);
});

test.each(["8.8.8.8", "140.82.121.4", "2606:50c0:8000::153", "2a00:1450:4001:82a::200e"])("allows %s", (address) => {
  expect(isAddressAllowed(nothing, address)).toBe(true);
});

test("allows the networks, hosts and ports that are listed, and nothing beside them", () => {
  const allow = parseAllow("10.1.0.0/16, fd00:1::/32\n git.lab.org localhost:3000,[::1]:80 ::1");
  expect(isAddressAllowed(allow, "10.1.200.3")).toBe(true);
  expect(isAddressAllowed(allow, "::ffff:10.1.200.3")).toBe(true);
  expect(isAddressAllowed(allow, "10.2.0.1")).toBe(false);
  expect(isAddressAllowed(allow, "fd00:1::7")).toBe(true);
  expect(isAddressAllowed(allow, "fd00:2::7")).toBe(false);
  expect(isHostAllowed(allow, "GIT.lab.org", 8443)).toBe(true);
  expect(isHostAllowed(allow, "x.git.lab.org", 443)).toBe(false);
  expect(isHostAllowed(allow, "localhost", 3000)).toBe(true);
  expect(isHostAllowed(allow, "localhost", 3001)).toBe(false);
  expect(isHostAllowed(allow, "[::1]", 9)).toBe(true);
});

test.each(["10.0.0.0/33", "http://host", "*", "host:port", "a b/8", "-x"])(
  "names the part of the list that is wrong: %s",
  (text) => {
    expect(() => parseAllow(text)).toThrow(/^AWE_SOURCE_ALLOW: ".+" is not a/);
  },
);

test("leaves the ports of other services alone", () => {
  expect([80, 443, 1024, 3000, 8443, 65535].every(isPortAllowed)).toBe(true);
  expect([1, 22, 25, 53, 111, 445, 1023].some(isPortAllowed)).toBe(false);
});
