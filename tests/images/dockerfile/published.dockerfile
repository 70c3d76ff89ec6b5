# What the published sample does, in our own words: each of its faults, and few lines besides.
FROM public.ecr.aws/amazonlinux/amazonlinux
ARG SESSION=1.4.1717-3
ARG SESSION_PACKAGE=rstudio-workbench-rhel
ARG SYSTEM=centos7
ARG FROM_WHERE=https://s3.amazonaws.com/rstudio-ide-build/server/${SYSTEM}/x86_64
ARG R_VERSION=4.1.3
ARG DRIVERS=2021.10.0-1

RUN yum update -y && yum install -y sudo java-11-amazon-corretto libpng-devel

RUN DASHED=`echo -n "${SESSION}" | sed 's/+/-/g'` \
    && curl -o session.rpm ${FROM_WHERE}/${SESSION_PACKAGE}-${DASHED}-x86_64.rpm \
    && yum install -y session.rpm

RUN curl -O https://cdn.rstudio.com/r/centos-7/pkgs/R-${R_VERSION}-1-1.x86_64.rpm \
    && yum install -y R-${R_VERSION}-1-1.x86_64.rpm \
    && ln -s /opt/R/${R_VERSION}/bin/R /usr/local/bin/R \
    && ln -s /opt/R/${R_VERSION}/bin/Rscript /usr/local/bin/Rscript

RUN yum install -y unixODBC unixODBC-devel \
    && curl -O https://drivers.rstudio.org/7C152C12/rstudio-drivers-${DRIVERS}.el7.x86_64.rpm \
    && yum install -y rstudio-drivers-${DRIVERS}.el7.x86_64.rpm \
    && cp /opt/rstudio-drivers/odbcinst.ini.sample /etc/odbcinst.ini \
    && /opt/R/${R_VERSION}/bin/R -e "install.packages(c('odbc', 'reticulate'))"

RUN /opt/python/${PYTHON_VERSION}/bin/pip install 'boto3>1.0<2.0' 'awscli>1.0<2.0' \
    'sagemaker[local]<3' numpy

ENV RSTUDIO_CONNECT_URL "https://connect.acme.example"
ENV RSTUDIO_PACKAGE_MANAGER_URL "https://packages.acme.example"
ENV RSTUDIO_FORCE_NON_ZERO_EXIT_CODE 1
