// What runs inside the page, the same text in both engines: finding elements the way a person names them.
// A function is sent as its source, so `finder` may use nothing from outside itself.

export function finder() {
  const squeeze = (text) => (text ?? '').replace(/\s+/g, ' ').trim();

  const roles = {
    alert: '[role=alert]',
    button: 'button,summary,input[type=button],input[type=submit],input[type=reset]',
    checkbox: 'input[type=checkbox]',
    combobox: 'select',
    dialog: 'dialog',
    heading: 'h1,h2,h3,h4,h5,h6',
    img: 'img,svg[role=img]',
    link: 'a[href]',
    list: 'ul,ol',
    listitem: 'li',
    main: 'main',
    navigation: 'nav',
    option: 'option',
    radio: 'input[type=radio]',
    row: 'tr',
    searchbox: 'input[type=search]',
    spinbutton: 'input[type=number]',
    status: 'output',
    table: 'table',
    textbox:
      'input:not([type]),input[type=text],input[type=email],input[type=tel],input[type=url],input[type=password],textarea',
  };

  function visible(element) {
    const box = element.getBoundingClientRect();
    if (box.width <= 1 && box.height <= 1) return false;
    if (box.width === 0 || box.height === 0) return false;
    return getComputedStyle(element).visibility === 'visible';
  }

  /** What is read aloud inside an element: its text without what is hidden, pictures by their names. */
  function spoken(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.nodeValue;
    if (node.nodeType !== Node.ELEMENT_NODE || node.getAttribute('aria-hidden') === 'true') return '';
    const label = node.getAttribute('aria-label');
    if (label) return ` ${label} `;
    if (node.localName === 'img') return ` ${node.alt} `;
    if (node.localName === 'script' || node.localName === 'style') return '';
    const style = getComputedStyle(node);
    if (style.display === 'none' || style.visibility === 'hidden') return '';
    const inner = [...node.childNodes].map(spoken).join('');
    return style.display.startsWith('inline') ? inner : ` ${inner} `;
  }

  function nameOf(element) {
    const by = element.getAttribute('aria-labelledby');
    if (by)
      return squeeze(
        by
          .split(/\s+/)
          .map((id) => document.getElementById(id)?.textContent ?? '')
          .join(' '),
      );
    const label = element.getAttribute('aria-label');
    if (label) return squeeze(label);
    if (element.labels?.length) return squeeze([...element.labels].map(spoken).join(' '));
    if (element.localName === 'input') {
      return squeeze(
        /^(button|submit|reset)$/.test(element.type) ? element.value : element.placeholder || element.title,
      );
    }
    if (element.localName === 'textarea' || element.localName === 'select')
      return squeeze(element.placeholder || element.title);
    if (element.localName === 'dialog' || element.localName === 'nav' || element.localName === 'main')
      return '';
    return (
      squeeze([...element.childNodes].map(spoken).join('')) ||
      squeeze(element.getAttribute('alt') ?? element.title)
    );
  }

  /** All elements a locator means, in the page's order. */
  function all(locator) {
    const inside = locator.in ? all(locator.in) : [document];
    const find = (selector) => [...new Set(inside.flatMap((one) => [...one.querySelectorAll(selector)]))];
    if (typeof locator === 'string') return [...document.querySelectorAll(locator)];
    if (locator.css) return find(locator.css);
    if (locator.test) return find(`[data-testid="${CSS.escape(locator.test)}"]`);
    if (locator.text) {
      const wanted = squeeze(locator.text);
      return find('body *,:scope *').filter((element) => {
        const own = (one) => squeeze(one.textContent) === wanted;
        return own(element) && ![...element.children].some(own);
      });
    }
    if (!locator.role) throw new Error(`not a locator: ${JSON.stringify(locator)}`);
    const native = roles[locator.role];
    const selector = [
      `[role~="${locator.role}"]`,
      ...(native ? native.split(',').map((one) => `${one}:not([role])`) : []),
    ];
    const found = find([...selector, native?.includes('[role') ? native : ''].filter(Boolean).join(','));
    return locator.name === undefined
      ? found
      : found.filter((element) => nameOf(element) === squeeze(locator.name));
  }

  const describe = (element) => {
    const box = element.getBoundingClientRect();
    const id = element.dataset?.testid ? `[data-testid=${element.dataset.testid}]` : '';
    const kind = `${element.localName}${id}${element.classList.length ? `.${[...element.classList].join('.')}` : ''}`;
    const round = (value) => Math.round(value * 10) / 10;
    return {
      element: kind,
      name: nameOf(element).slice(0, 60),
      left: round(box.left),
      right: round(box.right),
      width: round(box.width),
      height: round(box.height),
    };
  };

  return {
    all,
    first: (locator, hiddenToo) => all(locator).find((element) => hiddenToo || visible(element)) ?? null,
    count: (locator) => all(locator).filter(visible).length,
    text: (element) => squeeze(element.innerText),

    /** The file input that an element is, holds or labels. */
    fileInput: (locator) => {
      for (const element of all(locator)) {
        const input = element.matches('input[type=file]')
          ? element
          : (element.querySelector('input[type=file]') ?? element.control);
        if (input) return input;
      }
      return null;
    },

    /** Things to tap that are smaller than a gloved finger. A labelled box or radio is as big as its label. */
    targetsUnder: (pixels) => {
      const tappable =
        'a[href],button,summary,select,textarea,input:not([type=hidden]),[role=button],[role=link],[role=checkbox],' +
        '[role=radio],[role=switch],[role=tab],[role=menuitem],[role=option],[role=slider],[contenteditable=true]';
      const enough = (element) => {
        const box = element.getBoundingClientRect();
        return box.width >= pixels - 0.5 && box.height >= pixels - 0.5;
      };
      return [...document.querySelectorAll(tappable)]
        .filter((element) => {
          const labels = [...(element.labels ?? [])].filter(visible);
          const choice = /^(checkbox|radio|file)$/.test(element.type ?? '');
          if (choice && labels.length) return !labels.some(enough);
          if (!visible(element) || element.closest('[inert],[aria-hidden=true]')) return false;
          const box = element.getBoundingClientRect();
          if (box.right <= 0 || box.bottom + scrollY <= 0) return false;
          return !enough(element);
        })
        .map(describe);
    },

    /** Elements that reach past the sides of a page `width` wide, unless something that scrolls or clips holds them. */
    overflowing: (width) => {
      const past = (box) => box.right > width + 0.5 || box.left < -0.5;
      const held = (element) => {
        for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
          if (getComputedStyle(up).overflowX !== 'visible' && !past(up.getBoundingClientRect())) return true;
        }
        return false;
      };
      return [...document.body.querySelectorAll('*')]
        .filter(
          (element) =>
            visible(element) &&
            past(element.getBoundingClientRect()) &&
            element.getBoundingClientRect().right > 0,
        )
        .filter((element) => !held(element))
        .map(describe);
    },
  };
}

/** The source of an expression: `body`, a function of the finder `f` and of `args`, called inside the page. */
export function inPage(body, ...args) {
  const given = args.map((arg) => JSON.stringify(arg) ?? 'undefined');
  return `(${body})(${[`(${finder})()`, ...given].join(', ')})`;
}
