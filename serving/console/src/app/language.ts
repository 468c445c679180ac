// On a system without a language an old kernel calls its own "en-US@posix", which Intl refuses: the library of plots would not even load.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
}

export {};
