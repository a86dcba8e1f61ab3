const zh = navigator.languages.map((name) => name.toLowerCase().split('-')[0]).find((name) => name === 'zh' || name === 'en') === 'zh';
if (zh) {
  document.documentElement.lang = 'zh-CN';
  for (const it of document.querySelectorAll('[data-zh]')) it.textContent = it.dataset.zh;
}
