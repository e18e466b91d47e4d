/** Where the site has the archive that `hosts/opening` makes of its engine; the build puts it there (`vite.config.ts`). */
declare module 'virtual:opening-world' {
  const url: string;
  export default url;
}
