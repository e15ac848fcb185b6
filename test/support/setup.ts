import net from "node:net";

type Connect = (this: net.Socket, ...args: readonly unknown[]) => net.Socket;

const connect = Reflect.get(net.Socket.prototype, "connect") as Connect;

/**
 * No test reaches beyond this machine: a socket to any address but loopback throws.
 *
 * Names are refused as well unless they are `localhost`, so that a test cannot depend on a resolver.
 */
const guarded: Connect = function (...args) {
  const host = hostOf(args);
  if (host !== undefined && !/^(localhost|127\.|::1$|::ffff:127\.)/.test(host)) {
    throw new Error(`a test tried to reach ${host}; tests stay on this machine`);
  }
  return Reflect.apply(connect, this, args);
};
Reflect.set(net.Socket.prototype, "connect", guarded);

/** The host in any of the forms that `connect` takes; absent means this machine, as does a socket's path. */
function hostOf([first, second]: readonly unknown[]): string | undefined {
  const options: unknown = Array.isArray(first) ? first[0] : first;
  if (typeof options === "object" && options !== null && "path" in options && options.path != null) return undefined;
  if (typeof options === "object" && options !== null && "host" in options && typeof options.host === "string")
    return options.host;
  return typeof second === "string" ? second : undefined;
}
