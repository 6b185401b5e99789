// Put at the end of a page of results that the app shows: what it links to beside itself is asked of the page around.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const address = link?.getAttribute("href") ?? "#";
  if (/^(#|[a-z]+:)/i.test(address) || link.hasAttribute("download")) return;
  event.preventDefault();
  parent.postMessage({ open: address }, "*");
});
