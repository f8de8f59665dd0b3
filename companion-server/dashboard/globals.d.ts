/** Version of the package, put in by the build. */
declare const __RAPPORT_VERSION__: string;
declare module '*.css';
