/* Makes pages quicker, never possible: everything here also works without it. */
(() => {
  "use strict";
  const root = document.documentElement;
  const store = {
    get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode */ } },
  };

  // Theme: chosen once, applied before the page is drawn.
  const chosen = store.get("theme");
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  const themeSwitch = (button) => {
    const name = () => { button.textContent = isDark() ? button.dataset.light : button.dataset.dark; };
    name();
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      store.set("theme", root.dataset.theme);
      name();
    });
  };

  // Copy buttons.
  const copyButton = (block) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = block.dataset.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.querySelector("code").textContent);
      button.textContent = block.dataset.copied;
      setTimeout(() => { button.textContent = block.dataset.copy; }, 2000);
    });
    block.append(button);
  };

  // Suggestions while typing: an ARIA combobox over links.
  const suggest = (input) => {
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.id = `${input.id}-suggestions`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.placeholder || input.labels[0]?.textContent || "");
    list.hidden = true;
    input.form.append(list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
      input.setAttribute(name, value);
    }
    let active = -1, asked = "", timer = 0;
    const options = () => [...list.children];
    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (index) => {
      active = index;
      options().forEach((item, place) => item.setAttribute("aria-selected", String(place === index)));
      if (index >= 0) input.setAttribute("aria-activedescendant", options()[index].id);
      else input.removeAttribute("aria-activedescendant");
    };
    const show = (found) => {
      list.replaceChildren(...found.map((one, place) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${place}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const link = document.createElement("a");
        link.href = one.url;
        link.tabIndex = -1;
        const label = document.createElement("bdi");
        label.textContent = one.label;
        const kind = document.createElement("span");
        kind.className = "kind";
        kind.textContent = one.kind;
        link.append(label, kind);
        item.append(link);
        return item;
      }));
      list.hidden = found.length === 0;
      input.setAttribute("aria-expanded", String(found.length > 0));
      mark(-1);
    };
    const ask = async () => {
      const text = input.value.trim();
      if (text === asked) return;
      asked = text;
      if (!text) { close(); return; }
      const address = new URL(input.dataset.suggest, location.href);
      address.searchParams.set("q", text);
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" } });
        if (answer.ok && text === input.value.trim()) show(await answer.json());
      } catch { close(); }
    };
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      const count = options().length;
      if (event.key === "ArrowDown") { mark((active + 1) % count); event.preventDefault(); }
      else if (event.key === "ArrowUp") { mark((active - 1 + count) % count); event.preventDefault(); }
      else if (event.key === "Escape") { close(); event.preventDefault(); }
      else if (event.key === "Enter" && active >= 0) { options()[active].firstChild.click(); event.preventDefault(); }
    });
    input.addEventListener("blur", () => setTimeout(close, 150));
  };

  // Keys: "/" goes to the search box, "?" lists the keys.
  const keys = (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      const box = [...document.querySelectorAll("[data-slash]")].find((one) => one.offsetParent);
      if (box) { box.focus(); box.select(); event.preventDefault(); }
    } else if (event.key === "?") {
      document.querySelector("dialog.keys")?.showModal();
    }
  };

  // Selects that send their form by themselves, their button hidden.
  const sender = (select) => {
    select.form.querySelector("[data-send]")?.setAttribute("hidden", "");
    select.addEventListener("change", () => select.form.requestSubmit());
  };

  // Results without a reload: filters, order and pages swap the answer, and the address goes along.
  let latest = 0;
  const swap = async (address, push) => {
    const mine = ++latest;
    document.querySelector(".with-facets").setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== latest) return;
      const old = document.querySelector(".with-facets");
      const fresh = page.querySelector(".with-facets");
      const open = new Set([...old.querySelectorAll("details[open]")].map((one) => one.dataset.facet));
      fresh.querySelectorAll("details[data-facet]").forEach((one) => { if (open.has(one.dataset.facet)) one.open = true; });
      if (push) history.pushState({ swapped: true }, "", address);
      old.replaceWith(fresh);
      document.title = page.title;
      const heading = document.getElementById("results-title");
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      if (fresh.getBoundingClientRect().top < 0) fresh.scrollIntoView();
    } catch { if (mine === latest) location.assign(address); }
  };
  const swapping = (event) => {
    const link = event.target.closest?.(".facet a, .pills a, .sorts a, .pager a");
    if (!link || !link.closest(".with-facets") || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    swap(link.href, true);
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-theme-switch]").forEach(themeSwitch);
    if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach(copyButton);
    document.querySelectorAll("input[data-suggest]").forEach(suggest);
    document.querySelectorAll("select[data-auto]").forEach(sender);
    document.addEventListener("keydown", keys);
    if (document.querySelector(".with-facets")) {
      document.addEventListener("click", swapping);
      addEventListener("popstate", () => swap(location.href, false));
    }
  });
})();
