/** The order number of an event from any event source. */
export const orderOf = (event: unknown): string | undefined => {
  const { pathParameters, detail } = event as Readonly<Record<string, { readonly out_order_no?: string } | undefined>>
  return pathParameters?.out_order_no ?? detail?.out_order_no
}
