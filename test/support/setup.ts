import net from "node:net";

/**
 * No test reaches beyond this machine: a socket to any address but loopback throws.
 *
 * Names are refused as well unless they are `localhost`, so that a test cannot depend on a resolver.
 */
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function guarded(this: net.Socket, ...args: unknown[]): net.Socket {
  const normalised = Array.isArray(args[0]) ? args[0][0] : args[0];
  const host =
    typeof normalised === "object" && normalised !== null && "host" in normalised
      ? String(normalised.host)
      : typeof args[1] === "string"
        ? args[1]
        : "localhost";
  if (!/^(localhost|127\.|::1$|::ffff:127\.|undefined$|null$)/.test(host)) {
    throw new Error(`a test tried to reach ${host}; tests stay on this machine`);
  }
  return Reflect.apply(connect, this, args) as net.Socket;
} as typeof connect;
