// before the page is drawn, so that it never flashes in the other scheme
(() => {
  'use strict';
  const chosen = localStorage.getItem('zhibiao-theme');
  if (chosen) document.documentElement.dataset.theme = chosen;
})();
