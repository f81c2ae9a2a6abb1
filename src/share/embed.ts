/**
 * The HTML that shows this moment inside another page. `query` is what `formatLink` gives: nothing
 * in it can end an attribute.
 */
export function embedCode(page: string, query: string, title: string): string {
  const [search = "", hash = ""] = query.split("#");
  const address = `${page}${search}&embed=1&panels=cluster,time#${hash}`;
  return `<iframe src="${escaped(address)}" title="${escaped(title)}" width="800" height="560" loading="lazy" allow="clipboard-write"></iframe>\n`;
}

const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
