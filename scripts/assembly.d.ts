export function compileAssembly(source: string): Promise<Uint8Array>
