/**
 * Hears from the hub when there is something else to show, on a page that says where (data-stream). A page nobody sees has
 * no stream: a browser has six connections to one hub, of all its tabs.
 */
export const stream = `
  const streamPath = document.body.dataset.stream;
  const REST_AFTER_REFUSAL = 30000;
  let source;
  let refusedAt = -Infinity;
  /* With what the tag of a page begins that shows all there is. */
  let told;
  const listening = () => source !== undefined && source.readyState === EventSource.OPEN;
  const hear = ({ opened, news, lost }) => {
    if (!streamPath || source !== undefined || performance.now() - refusedAt < REST_AFTER_REFUSAL) return;
    source = new EventSource(streamPath);
    source.onopen = opened;
    source.onmessage = ({ data }) => {
      told = data;
      news();
    };
    source.onerror = () => {
      /* Else it comes back by itself. */
      if (source.readyState === EventSource.CLOSED) {
        refusedAt = performance.now();
        source = undefined;
      }
      lost();
    };
  };
  const hearNoMore = () => {
    source?.close();
    source = undefined;
  };
`;
