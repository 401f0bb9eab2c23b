// Types of browser.mjs for the TypeScript files that use it (playwright.config.ts, e2e/).
export const usesSwiftShader: boolean;
export const launchArgs: string[];
export const launchArgsWithoutWebGpu: string[];
export function findBrowser(): string | undefined;
export function vulkanFolder(browser: string): string | undefined;
export function ensureBrowser(options?: { say?: (line: string) => void }): Promise<string>;
