// Theme and text size of the whole document.

export type Theme = 'auto' | 'light' | 'dark' | 'sun';

export function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

/** 1 to 2; everything in rem follows. */
export function setTextScale(scale: number): void {
  document.documentElement.style.setProperty('--text-scale', String(Math.min(2, Math.max(1, scale))));
}
