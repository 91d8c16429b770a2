// Put at the top of a deck's copy: visits every slide and tells the parent frame what is wrong.
(() => {
  const faults = [];
  const loudly = console.error;
  console.error = (...told) => { faults.push("error: " + told.join(" ")); loudly(...told); };
  addEventListener("error", e => faults.push(e.target.src || e.target.href
    ? "missing: " + (e.target.src || e.target.href).slice(0, 120) : "error: " + e.message), true);
  addEventListener("unhandledrejection", e => faults.push("error: " + e.reason));

  const look = async () => {
    await document.fonts.ready;
    for (const image of document.images) {
      if (!(image.alt || "").trim()) faults.push("a picture without alternative text");
      if (!image.naturalWidth) faults.push("a picture that does not load: " + image.alt);
    }
    const broken = document.querySelectorAll("mjx-merror, [data-mjx-error]");
    for (const one of broken) faults.push("mathematics: " + one.getAttribute("data-mjx-error"));
    for (const section of Reveal.getSlides()) {
      const {h, v} = Reveal.getIndices(section);
      Reveal.slide(h, v, 1000); // all fragments shown
      const page = section.querySelector(".page"), box = page.getBoundingClientRect();
      const scale = box.width / 1280, inner = getComputedStyle(page);
      const bottom = box.bottom - parseFloat(inner.paddingBottom) * scale;
      const right = box.right - parseFloat(inner.paddingRight) * scale;
      const name = `slide ${h + 1}.${v + 1} (${section.dataset.cells})`;
      let low = 0, wide = 0;
      for (const part of page.querySelectorAll("*")) {
        if (part.closest("mjx-container") && part.localName != "mjx-container") continue;
        const at = part.getBoundingClientRect();
        low = Math.max(low, (at.bottom - bottom) / scale);
        wide = Math.max(wide, (at.right - right) / scale);
      }
      for (const code of page.querySelectorAll("pre"))
        if (code.scrollWidth > code.clientWidth)
          faults.push(`${name}: code is cut by ${code.scrollWidth - code.clientWidth} px`);
      if (low > 1) faults.push(`${name}: overflows by ${Math.round(low)} px`);
      if (wide > 1) faults.push(`${name}: too wide by ${Math.round(wide)} px`);
      for (const image of page.querySelectorAll("img")) {
        const at = image.getBoundingClientRect();
        const drawn = Math.min(at.height, at.width * image.naturalHeight / image.naturalWidth);
        const wanted = Math.min(250, 1000 * image.naturalHeight / image.naturalWidth);
        if (drawn / scale < wanted)
          faults.push(`${name}: the picture is ${Math.round(drawn / scale)} px high, under ` +
            `${Math.round(wanted)}`);
      }
      if (box.bottom > innerHeight + 1 || box.right > innerWidth + 1)
        faults.push(`${name}: beyond the screen of ${innerWidth} x ${innerHeight}`);
    }
  };
  const wait = () => window.Reveal && Reveal.isReady && Reveal.isReady()
    ? look().catch(e => faults.push("error: " + e)).then(() => parent.postMessage(faults, "*"))
    : setTimeout(wait, 50);
  addEventListener("load", wait);
})();
