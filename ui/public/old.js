// Before the app: is the engine one that the app runs in? If not, say so, in words, instead of staying blank.
// This is ES5 and asks for nothing that a browser of 2012 does not have; ui/test/old.test.ts holds it there.
(function () {
  var FLOOR = 92;
  var agent = navigator.userAgent;
  var chromium = Number((/(?:Chrome|Chromium)\/(\d+)/.exec(agent) || [])[1] || 0);
  var ios = /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1);
  var android = /Android/.test(agent);

  function isOld() {
    return (
      (chromium > 0 && chromium < FLOOR) ||
      !('noModule' in document.createElement('script')) ||
      typeof Promise === 'undefined' ||
      typeof Promise.any === 'undefined' ||
      typeof BigInt64Array === 'undefined' ||
      typeof ResizeObserver === 'undefined' ||
      !String.prototype.replaceAll ||
      !(window.CSS && CSS.supports && CSS.supports('inset', '0'))
    );
  }

  var words = {
    en: {
      lang: 'en',
      title: 'This phone’s WebView is too old',
      safe: 'Nothing is lost. What you recorded is still on this phone and is there again after the update.',
      todo: 'What to do',
      android: [
        'Open the app store and search for “Android System WebView”. Tap Update. Do the same for Chrome if it is there.',
        'If there is no update: Settings, System update.',
        'Open Jobsheet again.',
        'Still this page? Ask the office for another phone. Do not remove Jobsheet: what only this phone has would go with it.',
      ],
      ios: [
        'Open Settings, General, Software Update and install iOS 15 or newer.',
        'Open Jobsheet again.',
        'Still this page? Ask the office for another phone. Do not remove Jobsheet: what only this phone has would go with it.',
      ],
      other: ['Update this computer’s system and browser.', 'Open Jobsheet again.'],
      found: 'Found: ',
      needed: '. Needed: Chromium 92, iOS 15 or newer.',
    },
    zh: {
      lang: 'zh-CN',
      title: '本机的网页组件版本过低',
      safe: '内容没有丢失。您的记录仍保存在本机，更新后即可继续使用。',
      todo: '请这样做',
      android: [
        '打开应用商店，搜索“Android System WebView”，点“更新”。如装有 Chrome，也请一并更新。',
        '没有可用更新时：打开“设置”，进入“系统更新”。',
        '重新打开 Jobsheet。',
        '仍显示本页？请向公司申请更换手机。请勿卸载 Jobsheet，否则只存在本机的内容会一并删除。',
      ],
      ios: [
        '打开“设置”，进入“通用”、“软件更新”，安装 iOS 15 或更高版本。',
        '重新打开 Jobsheet。',
        '仍显示本页？请向公司申请更换手机。请勿卸载 Jobsheet，否则只存在本机的内容会一并删除。',
      ],
      other: ['请更新本机的系统和浏览器。', '重新打开 Jobsheet。'],
      found: '当前：',
      needed: '。需要：Chromium 92、iOS 15 或更高版本。',
    },
  };

  function add(to, name, text) {
    var element = document.createElement(name);
    if (text) element.appendChild(document.createTextNode(text));
    to.appendChild(element);
    return element;
  }

  function say(to, said) {
    var part = add(to, 'section');
    part.setAttribute('lang', said.lang);
    add(part, 'h1', said.title);
    add(part, 'p', said.safe).className = 'old-safe';
    add(part, 'h2', said.todo);
    var list = add(part, 'ol');
    var steps = android ? said.android : ios ? said.ios : said.other;
    for (var i = 0; i < steps.length; i += 1) add(list, 'li', steps[i]);
    var found = chromium ? 'Chromium ' + chromium : agent.slice(0, 120);
    add(part, 'p', said.found + found + said.needed).className = 'old-found';
  }

  function show() {
    var app = document.getElementById('app');
    // The app starts only where its place is.
    if (!app) return;
    app.parentNode.removeChild(app);
    var style = document.createElement('link');
    style.rel = 'stylesheet';
    style.href = 'old.css';
    document.getElementsByTagName('head')[0].appendChild(style);
    var main = add(document.body, 'main');
    main.className = 'old';
    main.id = 'old';
    var chinese = /^zh/i.test(navigator.language || navigator.userLanguage || '');
    say(main, chinese ? words.zh : words.en);
    say(main, chinese ? words.en : words.zh);
  }

  if (isOld()) show();
  else {
    // An engine that says it is new and yet cannot read the app: a blank screen would help nobody.
    window.addEventListener('error', function (event) {
      var app = document.getElementById('app');
      if (app && !app.firstChild && event.error && event.error.name === 'SyntaxError') show();
    });
  }
})();
