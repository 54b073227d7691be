export const PAGE_STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--line:#d8dee4;--paper:#fff;--back:#f3f5f7;--green:#12753d;--yellow:#8a5a00;--red:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#9aa4ae;--line:#3a4149;--paper:#1f2328;--back:#15181c;--green:#6dd598;--yellow:#f0c36d;--red:#ff9d94}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:860px;margin:0 auto;padding:16px;overflow-wrap:anywhere}
header p,.en,[lang=en]{color:var(--soft)}
h1{font-size:22px;margin:4px 0}h2{font-size:18px;margin:0 0 10px}h2 [lang=en],label [lang=en],summary [lang=en]{font-weight:400;font-size:14px}
p{margin:4px 0}
section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:14px;margin:14px 0}
code{font:13px/1.5 ui-monospace,Menlo,Consolas,monospace}
dl{display:grid;grid-template-columns:110px minmax(0,1fr);gap:4px 12px;margin:0}dt{color:var(--soft)}dd{margin:0}
form{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(220px,100%),1fr));gap:10px}
label{display:block;font-size:14px}input,select,button{width:100%;font:inherit;padding:8px;border:1px solid var(--line);border-radius:8px;background:var(--paper);color:var(--ink)}
button{grid-column:1/-1;background:#07803b;color:#fff;border:0;font-weight:600;padding:10px;cursor:pointer}
output{display:block;margin-top:10px}output.good{border-left:4px solid var(--green);padding-left:10px}output.bad{border-left:4px solid var(--red);padding-left:10px}
details{border-top:1px solid var(--line);padding:8px 0}details:first-of-type{border-top:0}
summary{cursor:pointer}summary b{margin-right:8px}
.green{color:var(--green)}.yellow{color:var(--yellow)}.red{color:var(--red)}
ol{list-style:none;margin:10px 0 4px;padding:0 0 0 14px;border-left:2px solid var(--line)}
li{position:relative;padding:0 0 8px 6px}li::before{content:"";position:absolute;left:-20px;top:7px;width:10px;height:10px;border-radius:50%;background:var(--soft)}
li.shop::before{background:#1f6feb}li.wechatpay::before{background:#07803b}li.person::before{background:#a371f7}li.next::before{background:var(--paper);border:2px solid var(--soft)}
time{color:var(--soft);font-size:13px}li [lang=en]{font-size:14px;display:block}
.key{font-size:13px;color:var(--soft)}
.gone{display:none;color:var(--red)}.down .gone{display:block}
a{color:inherit}
`
