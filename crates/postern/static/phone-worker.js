// Wakes the phone's owner: something is asked. What it is, the page asks. Its words come with its address.
(() => {
  const words = new URL(self.location).searchParams;
  const PAGE = "/phone";

  self.addEventListener("install", () => self.skipWaiting());
  self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
  self.addEventListener("push", (event) => event.waitUntil(self.registration.showNotification(words.get("title"), {
    body: words.get("body"),
    tag: "request",
    renotify: true,
    requireInteraction: true,
  })));

  const open = async () => {
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const page = pages.find((one) => new URL(one.url).pathname === PAGE);
    return page ? page.focus() : self.clients.openWindow(PAGE);
  };
  self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open());
  });
})();
