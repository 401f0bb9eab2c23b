/** Resolves in a later macrotask, so that messages (a cancellation) are handled first. Not setTimeout: browsers stretch nested ones to 4 ms. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
