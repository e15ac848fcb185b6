/** Where passwords lie: files of mode 600 on one machine. A name matches `^[a-z0-9][a-z0-9._:-]*(/[a-z0-9][a-z0-9._:-]*)*$`. */
export interface Secrets {
  put(name: string, value: string): Promise<void>;
  get(name: string): Promise<string | undefined>;
  /** Deleting what is not there is no error. */
  delete(name: string): Promise<void>;
}
