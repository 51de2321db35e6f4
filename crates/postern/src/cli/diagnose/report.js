(() => {
  const blocks = [...document.querySelectorAll('.finding, .person')].map((block) => [block, block.textContent.toLowerCase()]);
  const box = document.getElementById('search');
  const [field, count] = [box.querySelector('input'), box.querySelector('output')];
  box.hidden = false;
  field.addEventListener('input', () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [block, text] of blocks) {
      block.hidden = !words.every((word) => text.includes(word));
      if (!block.hidden) shown += 1;
    }
    count.textContent = words.length ? `${shown} of ${blocks.length} shown` : '';
  });
  const reveal = () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let block = place; block; block = block.parentElement) {
      block.hidden = false;
      if (block.tagName === 'DETAILS') block.open = true;
    }
    if (place) place.scrollIntoView();
  };
  addEventListener('hashchange', reveal);
  if (location.hash) reveal();
  addEventListener('beforeprint', () => {
    for (const block of document.querySelectorAll('details')) block.open = true;
  });
})();
