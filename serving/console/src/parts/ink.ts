/** What a token of tokens.css stands at, without its dashes: for what is drawn on a canvas. */
export const inkOf = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
